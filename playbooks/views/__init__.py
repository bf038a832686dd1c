"""Edges of the crisis workflow: parse, one operation or query, respond."""
