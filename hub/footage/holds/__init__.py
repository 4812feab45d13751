"""Footage that an open case needs: kept whatever its age and the disk say, until the case closes."""
