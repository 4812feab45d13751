"""The database as rooms see it: ``write`` a change, ``read`` beside it, migrated when opened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from devices.protocol.clock import Clock
from hub.storage.engine import make_engine
from hub.storage.writer import Change, Writer

_T = TypeVar("_T")
MIGRATIONS = Path(__file__).parent / "migrations"
READERS = 2


def migrate(engine: sa.Engine) -> None:
    """Bring the schema to this version's."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")


class Database:
    """One database with one writer and a few readers."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.clock = clock
        self._engine = make_engine(url)
        self.writer = Writer(self._engine, clock)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="storage-reader")

    def migrate(self) -> None:
        """Bring the schema up to date; before ``start``."""
        migrate(self._engine)

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

    async def write(self, change: Callable[[Change], _T]) -> _T:
        """Run ``change`` in the writer's next batch; see Writer.write."""
        return await self.writer.write(change)

    async def read(self, query: Callable[[sa.Connection], _T]) -> _T:
        """Run ``query`` on a snapshot in a reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, query)
