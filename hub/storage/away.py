"""Which of a database's errors say that it is briefly away, so that the same may be tried again."""

from __future__ import annotations

import sqlite3

import psycopg
import sqlalchemy as sa

_SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""Primary result codes; others are a fault of the change itself."""
_POSTGRESQL_AWAY = ("08", "25006", "40", "53", "55P03", "57", "58")
"""Beginnings of SQLSTATE: connection, read only, rolled back for others, no resources, lock, operator, system.

PostgreSQL 15, appendix A.
"""
_POSTGRESQL_FULL = "53100"


def is_away(error: Exception) -> bool:
    """Whether trying again may help."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(cause, psycopg.Error):
        if cause.sqlstate is None:  # no server was there to say one
            return isinstance(cause, psycopg.OperationalError)
        return cause.sqlstate.startswith(_POSTGRESQL_AWAY)
    if not isinstance(error, sa.exc.OperationalError):
        return False
    code = _sqlite_code(error)
    return code is None or code in _SQLITE_AWAY


def has_no_room(error: Exception) -> bool:
    """Whether the database's disk is full."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(cause, psycopg.Error):
        return cause.sqlstate == _POSTGRESQL_FULL
    return _sqlite_code(error) == sqlite3.SQLITE_FULL


def _sqlite_code(error: Exception) -> int | None:
    """SQLite's primary result code."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
