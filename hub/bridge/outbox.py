"""The outbox: what must go out over MQTT is stored with the change that decided it, and survives a crash.

A row leaves when the broker has taken the message (QoS 1). A crash in between sends it again at the next start;
receivers tell repeats by the message's own idempotent id.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa

from hub.bridge.tables import outbox
from hub.storage.database import Database
from hub.storage.journal import Journal
from hub.storage.writer import Change

IN_FLIGHT = 200
"""Messages published and not yet taken by the broker."""
MOST_TAKEN = 2_000
"""Messages that the broker has taken and whose rows are still there; at the bound nothing more is published."""
REMOVED_AT_ONCE = 500
"""Rows in one change, which bounds the event that tells of them."""
HANDFUL = 8
"""Published in one turn of the event loop, about 1 ms, so that a talker has his turns within an alert to 130 radios."""
BREATH_S = 0.003
"""After each handful: an alert comes to the last of 130 radios 20 ms later, the voice beside it a third sooner."""


class Outgoing(NamedTuple):
    """One message on its way out. ``purpose`` is handed back to its owner when the broker has taken it."""

    number: int
    topic: str
    payload: bytes
    expires_in_s: int
    purpose: str


Publish = Callable[[Outgoing], "asyncio.Future[None]"]
Taken = Callable[[Change, list[str]], None]


class Outbox(Journal[Outgoing]):
    """Stored messages, published in order, removed when the broker has them.

    The queue is bounded by the database: rows are only added by changes, and a change that cannot be stored is refused.
    """

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._next = 1
        self._ready: deque[Outgoing] = deque()
        self._dropped: list[Outgoing] = []
        self._wake = asyncio.Event()
        self._done: list[Outgoing] = []
        self._some_done = asyncio.Event()
        self._removed = asyncio.Event()
        self._taken: Taken = lambda change, purposes: None

    @property
    def waiting(self) -> int:
        """Messages stored and not yet handed to the broker."""
        return len(self._ready)

    def open(self) -> None:
        """Load what an earlier run left; before the writer starts."""
        rows = self._database.read_now(
            lambda connection: connection.execute(sa.select(outbox).order_by(outbox.c.number)).all()
        )
        self._ready.extend(Outgoing(*row) for row in rows)
        self._next = rows[-1].number + 1 if rows else 1
        self._wake.set()
        self._database.writer.add_journal(self)

    def renew(self, again: Callable[[Outgoing], Outgoing | None]) -> None:
        """After ``open``: have what an earlier run left coded anew, since its stamp is of a clock that nobody knows.

        What ``again`` has no more use for (None) is removed unsent.
        """
        left, self._ready = self._ready, deque()
        for message in left:
            renewed = again(message)
            if renewed is None:
                self._dropped.append(message)
            else:
                self._ready.append(renewed)

    def when_taken(self, taken: Taken) -> None:
        """Have ``taken`` run in the change that removes messages, with their purposes."""
        self._taken = taken

    def send(self, change: Change, topic: str, payload: bytes, *, expires_in_s: float, purpose: str) -> None:
        """Within ``change``: have ``payload`` published on ``topic`` at QoS 1 with this expiry."""
        number = self._next + len(self.noted)
        self.noted.append(Outgoing(number, topic, payload, max(1, round(expires_in_s)), purpose))

    def flush(self, connection: sa.Connection) -> None:
        if self.noted:
            connection.execute(sa.insert(outbox), [message._asdict() for message in self.noted])

    def committed(self) -> Callable[[], None] | None:
        messages = self.noted
        if not messages:
            return None
        self._next = messages[-1].number + 1
        return lambda: self._offer(messages)

    def _offer(self, messages: list[Outgoing]) -> None:
        self._ready.extend(messages)
        self._wake.set()

    async def run(self, publish: Publish, connected: asyncio.Event) -> None:
        """Publish until cancelled; what a lost connection did not confirm goes back to the front."""
        dropped, self._dropped = self._dropped, []
        if dropped:
            await self._database.write(lambda change: self._delete(change, dropped))
        async with asyncio.TaskGroup() as both:
            both.create_task(self._publish(publish, connected), name="outbox-publish")
            both.create_task(self._remove_done(), name="outbox-remove")

    async def _publish(self, publish: Publish, connected: asyncio.Event) -> None:
        while True:
            await self._wake.wait()
            await connected.wait()
            batch = [self._ready.popleft() for _ in range(min(IN_FLIGHT, len(self._ready)))]
            if not batch:
                self._wake.clear()
                continue
            try:
                results = await _given(batch, publish)
            except asyncio.CancelledError:
                self._ready.extendleft(reversed(batch))
                raise
            again = [m for m, result in zip(batch, results, strict=True) if isinstance(result, BaseException)]
            self._ready.extendleft(reversed(again))
            self._done += [m for m, result in zip(batch, results, strict=True) if not isinstance(result, BaseException)]
            self._some_done.set()
            while len(self._done) >= MOST_TAKEN:
                self._removed.clear()
                await self._removed.wait()
            if again:
                await asyncio.sleep(0.2)

    async def _remove_done(self) -> None:
        """Beside the publishing: an alert to a county is 75 times IN_FLIGHT, which would each wait for the disk."""
        while True:
            while self._done:
                done = self._done[:REMOVED_AT_ONCE]
                await self._database.write(lambda change, done=done: self._remove(change, done))  # type: ignore[misc]
                del self._done[: len(done)]
                self._removed.set()
            self._some_done.clear()
            await self._some_done.wait()

    def _delete(self, change: Change, messages: list[Outgoing]) -> None:
        gone = outbox.c.number.in_([message.number for message in messages])
        change.connection.execute(sa.delete(outbox).where(gone))

    def _remove(self, change: Change, done: list[Outgoing]) -> None:
        self._delete(change, done)
        self._taken(change, [message.purpose for message in done])


async def _given(batch: list[Outgoing], publish: Publish) -> list[BaseException | None]:
    """Publish a batch, a handful at a time; of each message None or why it was not taken."""
    given: list[asyncio.Future[None]] = []
    for start in range(0, len(batch), HANDFUL):
        given += [publish(message) for message in batch[start : start + HANDFUL]]
        await asyncio.sleep(BREATH_S)
    return await asyncio.gather(*given, return_exceptions=True)
