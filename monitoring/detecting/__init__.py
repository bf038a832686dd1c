"""From a pasted address to sources that could be read: what a page shows of itself, tried by visits (pure)."""
