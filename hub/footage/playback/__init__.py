"""Playback within a case: stretches that are read, timelines, what is known of the past."""
