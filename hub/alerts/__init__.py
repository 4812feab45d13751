"""Alerts: issued to venues, delivered to radios, acknowledged by persons, reported on."""
