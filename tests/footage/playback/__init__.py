"""Tests of hub/footage/playback."""
