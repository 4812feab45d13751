"""Tests of hub/footage/live."""
