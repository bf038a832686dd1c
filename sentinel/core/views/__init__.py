"""The pages of people, workspaces and the installation."""
