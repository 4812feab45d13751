"""Tests of the benches: they run, and print what they say they print."""
