"""Tests of segments on disk."""
