"""Faults thrown at a real hub, its broker and its database while alerts go to real radios; what came of each alert."""
