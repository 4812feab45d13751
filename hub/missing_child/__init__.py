"""The missing-child procedure: one key, and everything that can be done for the child begins at once."""
