"""Venues, grids, people, radios, cameras, talk groups: what the community consists of, and which radios are on line."""
