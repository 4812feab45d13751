"""The database as rooms see it: ``write`` a change, ``read`` beside it, migrated when opened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from alembic import command

from devices.protocol.clock import Clock
from hub.storage.away import is_away
from hub.storage.engine import make_engine
from hub.storage.upgrading import is_newest, keep_before_upgrade, migrations, revision_of
from hub.storage.writer import RETRY_EVERY_S, Change, Writer

_T = TypeVar("_T")
READERS = 2
READ_FOR_S = 10.0
"""A person waits for what is read; changes are tried for longer."""


def migrate(engine: sa.Engine) -> None:
    """Bring the schema to this version's; a SQLite database of a former one is kept beside it first.

    Raises SchemaNewer for a database of a later version, which is left as it is; OSError without room for what is kept.
    """
    with engine.connect() as connection:
        revision = revision_of(connection)
    if revision is not None:
        if is_newest(revision):
            return
        if engine.url.get_backend_name() == "sqlite":
            keep_before_upgrade(Path(str(engine.url.database)), revision)
    config = migrations()
    config.attributes["engine"] = engine
    command.upgrade(config, "head")


class Database:
    """One database with one writer and a few readers."""

    def __init__(self, url: str | sa.URL, clock: Clock, *, alone: bool = False) -> None:
        """``alone``: no other hub is to work on it, see make_engine."""
        self.clock = clock
        self._engine = make_engine(url)
        self._writing = make_engine(url, alone=True) if alone else self._engine
        self.writer = Writer(self._writing, clock)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="storage-reader")

    def migrate(self) -> None:
        """Bring the schema up to date; before ``start``. Raises DatabaseTaken."""
        migrate(self._writing)

    def read_now(self, query: Callable[[sa.Connection], _T]) -> _T:
        """Run a query in this thread: for start-up, before the event loop serves anyone."""
        with self._engine.connect() as connection:
            return query(connection)

    def start(self) -> None:
        """Begin writing; needs a running event loop."""
        self.writer.start()

    async def stop(self) -> None:
        """Write what waits and close."""
        await self.writer.stop()
        self._readers.shutdown()
        self._engine.dispose()
        self._writing.dispose()

    async def write(self, change: Callable[[Change], _T]) -> _T:
        """Run ``change`` in the writer's next batch; see Writer.write."""
        return await self.writer.write(change)

    async def read(self, query: Callable[[sa.Connection], _T]) -> _T:
        """Run ``query`` on a snapshot in a reader's thread; tried again for READ_FOR_S while the database is away."""
        until = time.monotonic() + READ_FOR_S
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, query)
            except sa.exc.DBAPIError as error:
                if not is_away(error) or time.monotonic() > until:
                    raise
            await asyncio.sleep(RETRY_EVERY_S)
