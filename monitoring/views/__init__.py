"""The pages of sources, mentions and posts."""
