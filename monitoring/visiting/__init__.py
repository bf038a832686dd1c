"""One visit of one source, free of Django: asked politely, told line by line (pure but for the client it is given)."""
