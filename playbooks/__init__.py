"""The crisis workflow: collect → assess → act → review. Its first screens come with the crisis itself."""
