"""What runs at a venue: importable without hub/."""
