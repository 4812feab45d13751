"""Sightings: the store of who was seen where and when by their looks, and the search through it."""
