"""Alembic: one file a schema version, run by storage/database.py when the hub opens."""
