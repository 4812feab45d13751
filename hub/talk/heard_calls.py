"""Calls that ring are heard by consoles that did not choose to listen; that each person did is an audit record too."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
import structlog

from hub.access import audit
from hub.storage.database import Database
from hub.storage.writer import StorageOverloaded
from hub.talk.messages import ListenedTo

_log = structlog.get_logger()
MOST_KEPT = 2_000
"""Persons and calls remembered; the oldest goes: 100 persons at the console in each of the latest 20 calls."""


class HeardCalls:
    """One record for each person and call, beside the voice and not before it: no call for help waits for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[tuple[str, int], None] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def note(self, person_id: str, group_id: str, call_id: int) -> None:
        """A person begins to hear a call, or goes on to."""
        if (person_id, call_id) in self._noted:
            return
        while len(self._noted) >= MOST_KEPT:
            del self._noted[next(iter(self._noted))]
        self._noted[person_id, call_id] = None
        task = asyncio.ensure_future(self._write(person_id, ListenedTo(group_ids=(group_id,), call_id=call_id)))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, person_id: str, detail: ListenedTo) -> None:
        try:
            await self._database.write(
                lambda change: audit.record(change, person_id, audit.Action.LISTEN, detail=detail)
            )
        except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
            _log.error("talk.listening_not_noted", person=person_id, call=detail.call_id, error=str(error))

    async def settle(self) -> None:
        """Return when it is on disk who heard which call."""
        await asyncio.gather(*self._writing)
