"""Every write of the drill."""
