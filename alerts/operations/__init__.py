"""Every write of the alerts room, by noun."""
