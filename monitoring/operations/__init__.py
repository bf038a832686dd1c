"""Every write of the monitoring room, by noun."""
