"""The pages of the drill."""
