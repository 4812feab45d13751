"""The roll-call: a test alert to every radio, each day by itself, and the list of who is ready."""
