"""Every write of the crisis workflow, one file a noun."""
