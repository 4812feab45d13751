"""Weekly times as they are kept: the openings of each venue, the shifts of each person."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
import sqlalchemy as sa

from hub.access import audit
from hub.access.messages import Record
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.shifts import tables
from hub.shifts.messages import Opening, Shift
from hub.storage.database import Database
from hub.storage.writer import Change

_T = TypeVar("_T", Opening, Shift)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Kept(Generic[_T]):
    """One kind of weekly times: the columns of whose they are and of the times, and what tells of a change."""

    subject: sa.Column[str]
    times: sa.Column[bytes]
    kind: type[_T]
    event: EventKind
    action: audit.Action


HOURS = Kept(
    tables.venue_hours.c.venue_id,
    tables.venue_hours.c.openings,
    Opening,
    EventKind.VENUE_HOURS_CHANGED,
    audit.Action.SET_HOURS,
)
SHIFTS = Kept(
    tables.shifts.c.person_id, tables.shifts.c.shifts, Shift, EventKind.SHIFT_CHANGED, audit.Action.PLAN_SHIFTS
)


class Weeks(Generic[_T]):
    """Those of one kind, in memory, written through to the database; one change at a time."""

    def __init__(self, kept: Kept[_T], database: Database, events: EventLog) -> None:
        self._kept: Kept[_T] = kept
        self._database = database
        self._events = events
        self._of: dict[str, tuple[_T, ...]] = {}
        self._changing = asyncio.Lock()

    def open(self) -> None:
        """Load them; before the hub serves anyone."""
        self._database.read_now(self._load)

    def _load(self, connection: sa.Connection) -> None:
        as_tuple = tuple[self._kept.kind, ...]  # type: ignore[name-defined]
        for subject, times in connection.execute(sa.select(self._kept.subject, self._kept.times)):
            self._of[subject] = msgspec.json.decode(times, type=as_tuple)

    def of(self, subject: str) -> tuple[_T, ...]:
        """Its times; none where nothing was ever put."""
        return self._of.get(subject, ())

    def all(self) -> tuple[tuple[str, tuple[_T, ...]], ...]:
        """Every subject with its times, as of now: other threads ask too."""
        return tuple(self._of.items())

    async def put(self, subject: str, times: tuple[_T, ...], said: Record, by: str) -> None:
        """Give it these times and no others; ``said`` is the event's body and the audit record's detail."""
        kept = self._kept

        def change(open_change: Change) -> None:
            open_change.connection.execute(sa.delete(kept.subject.table).where(kept.subject == subject))
            if times:
                row = {kept.subject.name: subject, kept.times.name: _encode(times)}
                open_change.connection.execute(sa.insert(kept.subject.table).values(row))
            self._events.append(open_change, kept.event, subject, said)
            audit.record(open_change, by, kept.action, detail=said)

        async with self._changing:
            await self._database.write(change)
            self._of[subject] = times
