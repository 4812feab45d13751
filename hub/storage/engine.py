"""The SQLAlchemy engine: SQLite in a file of the hub's own, or a PostgreSQL server.

Either way a transaction of the option ``write`` is the only one that writes at its time, and any other sees the
database as it stood when it began. Errors name no values, since a camera's address may hold a password and errors go
to the logs.
"""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import IsolationLevel
from psycopg.abc import Buffer
from psycopg.types.string import StrBinaryDumper, StrDumper

BUSY_TIMEOUT_MS = 5_000
CONNECT_TIMEOUT_S = 5
SQLITE = "sqlite"
POSTGRESQL = "postgresql"
_ONE_WRITER, _ONE_HUB = 0x7169616E00, 0x7169616E01
"""Advisory locks ("qian" and a number): of whoever writes, and of the hub that works on a database."""


class DatabaseTaken(psycopg.OperationalError):
    """Another hub works on this database."""


def make_engine(url: str | sa.URL, *, alone: bool = False) -> sa.Engine:
    """An engine for ``sqlite:///file`` or ``postgresql://user@host/name``.

    ``alone``: for one connection at a time, by which no other hub works on the PostgreSQL database as long as it
    stands; it raises DatabaseTaken where one does. A file is guarded by the folder that it is in (hub/serve.py).
    """
    url = sa.make_url(url)
    return _sqlite(url) if url.get_backend_name() == SQLITE else _postgresql(url, alone)


def _sqlite(url: sa.URL) -> sa.Engine:
    """Write-ahead log, transactions that take the write lock at once, so that a writer never fails half-way.

    ``synchronous=FULL`` because an alert that was answered with "stored" must outlive a power cut.
    """
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind our back
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
            "journal_size_limit=67108864",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        immediate = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


class _WholeText(StrDumper):
    """PostgreSQL keeps no NUL in a text, and would refuse the row for it."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(without_nul(obj))


class _WholeTextBinary(StrBinaryDumper):
    """As _WholeText."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(without_nul(obj))


def without_nul(text: str) -> str:
    """The text with the sign for what cannot be shown in each NUL's place."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _postgresql(url: sa.URL, alone: bool) -> sa.Engine:
    """One writer at a time among all processes by an advisory lock, which the transaction's end gives back.

    A reader reads a snapshot. A server that was restarted is noticed before a connection is used again.
    """
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "qianshao"},
        **({"pool_size": 1, "max_overflow": 0} if alone else {}),
    )

    @sa.event.listens_for(engine, "connect")
    def _on_any_connect(driven: psycopg.Connection, _record: object) -> None:
        driven.adapters.register_dumper(str, _WholeText)
        driven.adapters.register_dumper(str, _WholeTextBinary)

    if alone:

        @sa.event.listens_for(engine, "connect")
        def _on_connect(driven: psycopg.Connection, _record: object) -> None:
            with driven.cursor() as cursor:
                got = cursor.execute(f"SELECT pg_try_advisory_lock({_ONE_HUB})").fetchone()
            driven.commit()
            if got != (True,):
                raise DatabaseTaken("another hub works on this database")

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        driven = connection.connection.driver_connection
        assert isinstance(driven, psycopg.Connection)
        writes = connection.get_execution_options().get("write", False)
        driven.read_only = not writes
        driven.isolation_level = IsolationLevel.READ_COMMITTED if writes else IsolationLevel.REPEATABLE_READ
        if writes:  # each statement sees what is committed by then: the first waits for the lock
            driven.execute(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")
            driven.execute(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})")

    @sa.event.listens_for(engine, "handle_error")
    def _without_values(context: sa.engine.ExceptionContext) -> None:
        """A row that a constraint refuses stands in the error's detail, with whatever is secret in it."""
        error = context.original_exception
        if isinstance(error, psycopg.Error) and error.diag.message_primary is not None:
            error.args = (error.diag.message_primary,)
            if context.sqlalchemy_exception is not None:
                context.sqlalchemy_exception.args = (f"({type(error).__name__}) {error.diag.message_primary}",)

    return engine
