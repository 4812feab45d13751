"""The event log: appended in the transaction of the change it tells of, numbered without gaps, followed as it grows.

Invariant: numbers are 1, 2, 3 … in commit order. Whoever writes the database (storage/writer.py) is the only one until
its commit, and goes on from the last number there; a change that fails gives its numbers back. What another process
appended is told to followers before the next of one's own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from hub.events.messages import EventKind, Item
from hub.events.tables import events
from hub.storage.database import Database
from hub.storage.journal import Journal
from hub.storage.pruning import prune
from hub.storage.writer import Change

RECENT = 8_192
"""Items kept in memory, so that a console that was away briefly is caught up without the disk."""
PAGE = 2_000
"""Items read from the database at a time."""

_encoder = msgspec.json.Encoder()
_NEWEST = sa.select(sa.func.max(events.c.number))
_AFTER = sa.select(events).where(events.c.number > sa.bindparam("number")).order_by(events.c.number)
Follower = Callable[[list[Item]], None]
Beside = Callable[[sa.Connection, list[Item]], None]


class TooFarBack(LookupError):
    """Asked for what follows a number whose successors are no longer kept."""


class EventLog(Journal[Item]):
    """Append in a change, read what follows a number, follow what comes."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._committed = 0  # the writer's: last number that it has told of
        self._of_others: list[Item] = []
        self._recent: deque[Item] = deque(maxlen=RECENT)
        self._followers: list[Follower] = []
        self._beside: list[Beside] = []
        self._last = 0
        self._first = 1

    @property
    def last(self) -> int:
        """The newest number that followers have been told of."""
        return self._last

    def open(self) -> None:
        """Take up the count where the database left it; before the writer starts."""
        query = sa.select(sa.func.max(events.c.number), sa.func.min(events.c.number))
        newest, oldest = self._database.read_now(lambda connection: connection.execute(query).one())
        self._committed = self._last = newest or 0
        self._first = oldest or self._last + 1
        self._database.writer.add_journal(self)

    def begin(self, connection: sa.Connection) -> None:
        super().begin(connection)
        self._of_others = []
        if (connection.execute(_NEWEST).scalar() or 0) > self._committed:
            rows = connection.execute(_AFTER, {"number": self._committed})
            self._of_others = [Item(*row) for row in rows]

    def append(self, change: Change, kind: EventKind, subject: str, body: msgspec.Struct) -> int:
        """Note an event within ``change``; returns its number. ``subject`` is the id of what it is about."""
        number = self._before + len(self.noted) + 1
        self.noted.append(Item(number, change.at_us, kind.value, subject, _encoder.encode(body)))
        return number

    @property
    def _before(self) -> int:
        """The last number before this batch."""
        return self._of_others[-1].number if self._of_others else self._committed

    def flush(self, connection: sa.Connection) -> None:
        if self.noted:
            connection.execute(sa.insert(events), [item._asdict() for item in self.noted])
            for keep in self._beside:
                keep(connection, self.noted)

    def keep_beside(self, keep: Beside) -> None:
        """Have ``keep`` write of each batch's items within its transaction, in the writer's thread."""
        self._beside.append(keep)

    def committed(self) -> Callable[[], None] | None:
        items = self._of_others + self.noted
        if not items:
            return None
        self._committed = items[-1].number
        return lambda: self._publish(items)

    def _publish(self, items: list[Item]) -> None:
        self._recent.extend(items)
        self._last = items[-1].number
        for follower in self._followers:
            follower(items)

    def follow(self, follower: Follower) -> None:
        """Have ``follower`` called on the event loop with each batch, in order; it must return quickly."""
        self._followers.append(follower)

    async def since(self, number: int, limit: int = PAGE) -> list[Item]:
        """At most ``limit`` items after ``number``, in order. Raises TooFarBack when some are no longer kept."""
        if number + 1 < self._first:
            raise self._too_far_back(number)
        if number >= self._last:
            return []
        if self._recent and self._recent[0].number <= number + 1:
            start = number + 1 - self._recent[0].number
            return [self._recent[i] for i in range(start, min(start + limit, len(self._recent)))]
        query = sa.select(events).where(events.c.number > number).order_by(events.c.number).limit(limit)
        rows: list[Any] = list(await self._database.read(lambda connection: connection.execute(query).all()))
        if not rows or rows[0].number != number + 1:  # they were forgotten while this was being read
            raise self._too_far_back(number)
        return [Item(*row) for row in rows if row.number <= self._last]

    def _too_far_back(self, number: int) -> TooFarBack:
        return TooFarBack(f"event {number + 1} is no longer kept; ask for what follows a later number")

    async def forget_before(self, at_us: int) -> int:
        """Delete events older than ``at_us``; the newest stays, so that the count goes on. Returns how many."""

        kept = sa.select(sa.func.min(events.c.number)).where(events.c.at_us >= at_us)
        first = await self._database.read(lambda connection: connection.execute(kept).scalar()) or self._last
        self._first = max(self._first, first)
        old = sa.select(events.c.number).where(events.c.number < first).order_by(events.c.number)
        return await prune(self._database, events, old)
