"""The Qifeng community made from a seed: its map and venues, people walking, what its cameras see, and the truth."""
