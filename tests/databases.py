"""The database of a hub's folder, on SQLite or PostgreSQL: empty, copied, or under somebody's hands."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa

from hub.storage.database import migrate
from hub.storage.engine import make_engine
from hub.storage.schema import metadata
from tests import postgresql

Row = dict[str, Any]


ABOUT_SQLITES_FILE = "of SQLite's file"
of_sqlites_file = pytest.mark.skipif(postgresql.WANTED, reason=ABOUT_SQLITES_FILE)
"""A test of what happens to the file itself: locked by another program, on a full disk, not a database."""


def setting_of(folder: Path) -> dict[str, str]:
    """The hub's setting that names this folder's database; none for the file that it finds there itself."""
    return {"database": postgresql.database_of(folder)} if postgresql.WANTED else {}


def environment_of(folder: Path) -> dict[str, str]:
    """The environment of a command of the hub in this folder."""
    return os.environ | {f"QIANSHAO_{name.upper()}": value for name, value in setting_of(folder).items()}


def url_of(folder: Path) -> str:
    """The url of this folder's database, of today's schema; made when it is not there."""
    if postgresql.WANTED:
        return postgresql.database_of(folder)
    file = folder / "hub.sqlite3"
    if not file.exists():
        file.write_bytes(_migrated())
    return f"sqlite:///{file}"


@cache
def _migrated() -> bytes:
    """The file of an empty database of today's schema; making one takes longer than most tests."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.sqlite3"
        engine = make_engine(f"sqlite:///{file}")
        migrate(engine)
        engine.dispose()
        return file.read_bytes()


def copy(folder: Path, to: Path) -> None:
    """Copy the database of one folder for another that has none."""
    if postgresql.WANTED:
        postgresql.copy(folder, to)
        return
    with (
        closing(sqlite3.connect(folder / "hub.sqlite3")) as source,
        closing(sqlite3.connect(to / "hub.sqlite3")) as new,
    ):
        source.backup(new)


class Hands:
    """Statements of somebody past the hub; ``?`` stands for a value."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def rows(self, query: str, *values: Any) -> list[Row]:
        """What it finds."""
        return [dict(row) for row in self._run(query, values).mappings()]

    def change(self, statement: str, *values: Any) -> int:
        """How many rows it changed."""
        return self._run(statement, values).rowcount

    def put(self, table: str, row: Mapping[str, Any]) -> None:
        """Insert one row."""
        marks = ", ".join("?" * len(row))
        self.change(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())

    def _run(self, statement: str, values: tuple[Any, ...]) -> sa.CursorResult[Any]:
        if postgresql.WANTED:
            statement = statement.replace("?", "%s")
        return self._connection.exec_driver_sql(statement, values)


@contextmanager
def opened(folder: Path) -> Iterator[Hands]:
    """Whoever may write the database; what they did is kept."""
    engine = make_engine(url_of(folder))
    try:
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            yield Hands(connection)
    finally:
        engine.dispose()


def everything_in(folder: Path) -> bytes:
    """All that is stored: SQLite's files as they are, or every row of PostgreSQL's tables."""
    if not postgresql.WANTED:
        return b"".join(file.read_bytes() for file in sorted(folder.glob("hub.sqlite3*")))
    with opened(folder) as hands:
        rows = [row for table in metadata.tables for row in hands.rows(f"SELECT * FROM {table}")]
    values = [value for row in rows for value in row.values()]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)
