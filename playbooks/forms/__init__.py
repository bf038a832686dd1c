"""Forms of the crisis workflow, one file a noun."""
