"""Backup of a hub while it works, and its restoring on another machine."""
