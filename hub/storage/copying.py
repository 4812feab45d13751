"""Copies a SQLite database while others write into it: one state of it, whole, without making anybody wait."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

PAGES_AT_ONCE = 2_000
"""Between two words on how far it has come: 8 MB."""


class DatabaseDamaged(OSError):
    """The database's own pages do not fit one another; says what SQLite found first."""


def copy_sqlite(source: Path, target: Path, told: Callable[[int], None] = lambda copied_bytes: None) -> None:
    """Copy the database in the file ``source``, as it stands now, to ``target``, which must not be there.

    The source is read in one transaction: in the write-ahead log nobody's writing waits for a reader, and what is
    written meanwhile is not in the copy. Without that transaction each such change would make SQLite's backup begin
    anew (https://sqlite.org/c3ref/backup_finish.html), and beside a working hub it would never end. The log grows until
    the copy is done. The copy is on disk when this returns, and was checked. Raises OSError, also for what SQLite
    refuses; then there may be a part of a copy.
    """
    if not source.is_file():
        raise FileNotFoundError(f"there is no database {source}")
    target.touch(mode=0o600, exist_ok=False)
    with _telling(source), _connected(source) as reading, contextlib.closing(sqlite3.connect(target)) as written:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the state is that of the first read
        page_bytes = reading.execute("PRAGMA page_size").fetchone()[0]
        written.execute("PRAGMA synchronous=OFF")  # once at the end instead

        def progress(_status: int, left: int, total: int) -> None:
            told((total - left) * page_bytes)

        reading.backup(written, pages=PAGES_AT_ONCE, progress=progress, sleep=0)
        reading.execute("ROLLBACK")
    with _telling(target), contextlib.closing(sqlite3.connect(alone(target), uri=True)) as copied:
        found = copied.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise DatabaseDamaged(f"the database {source} is damaged: {found}")
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def alone(file: Path) -> str:
    """The address of a database that nobody writes into: to be read without a log beside it (``uri=True``)."""
    return f"{file.absolute().as_uri()}?immutable=1"


@contextlib.contextmanager
def _connected(source: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _telling(file: Path) -> Iterator[None]:
    """SQLite's refusals as what they are to who copies a file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise OSError(f"{file}: {error}") from None
