"""Tracking: detections of successive looks tied into one track per person, with what is gathered on the way."""
