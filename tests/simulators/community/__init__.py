"""Tests of the generated community."""
