"""A whole drill as people live through it: who they are, and what each does."""
