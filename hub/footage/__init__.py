"""Footage: coded video as it comes from cameras and files."""
