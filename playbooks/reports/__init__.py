"""Reports on a crisis as PDF: what is to be said (pure), how it is set, and the page that hands it out."""
