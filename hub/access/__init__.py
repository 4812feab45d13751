"""Who may enter and what they looked at: the origin guard of the loopback console and the audit log."""
