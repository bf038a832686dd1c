"""The sites of the drill: each module turns what was asked into bytes (pure)."""
