"""What the pages of the monitoring room read, in few queries, as values that templates draw."""
