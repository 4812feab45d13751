"""Benchmarks: each prints one JSON object with medians, and is the command behind a figure that the documents state."""
