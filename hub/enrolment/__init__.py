"""Which devices may speak: one-time codes, what each device was given, and its end."""
