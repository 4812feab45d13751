"""Stills: one picture as JPEG, made in a child process."""
