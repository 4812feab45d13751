"""Sightings on ClickHouse: the home for many machines."""
