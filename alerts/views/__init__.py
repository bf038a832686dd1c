"""The board, rules, outlets and the first start."""
