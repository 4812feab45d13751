"""Tests of hub/footage/transcoding."""
