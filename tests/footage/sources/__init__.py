"""Tests of hub/footage/sources."""
