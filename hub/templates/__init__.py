"""Alerts that are prepared: written in advance with blanks that whoever sends one fills."""
