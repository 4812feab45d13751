"""The database engine, its single writer, and the schema's migrations."""
