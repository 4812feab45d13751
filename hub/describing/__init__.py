"""Describing: what a person in a picture looks like, in a process of its own: photos for a case, and kept pictures."""
