"""Tests of the simulated network cameras."""
