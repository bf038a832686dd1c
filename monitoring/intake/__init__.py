"""What people and other programs bring: records, files, pasted conversations, mails and pictures (pure)."""
