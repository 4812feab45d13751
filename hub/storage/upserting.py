"""Inserting a row that may be there already, on either database.

SQLite took over PostgreSQL's ``ON CONFLICT`` as it is, and SQLAlchemy writes the statement of the one for the other.
"""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

__all__ = ["insert"]
