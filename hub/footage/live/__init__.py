"""Live view: each stream read once for all consoles, each console's wall."""
