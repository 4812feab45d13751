"""Tests of the recorder's process."""
