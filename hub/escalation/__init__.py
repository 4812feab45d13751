"""Escalation: what is done, and when, about each venue that does not acknowledge an alert."""
