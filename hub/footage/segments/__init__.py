"""Segments: a camera's main stream on disk, found again in a moment, kept no longer than it may be."""
