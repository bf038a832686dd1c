"""Codes of the crisis workflow in the reader's language: one module per noun."""
