"""The outbox: what must go out over MQTT is stored with the change that decided it, and survives a crash.

A row leaves when the broker has taken the message (QoS 1). A crash in between sends it again at the next start;
receivers tell repeats by the message's own idempotent id.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
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
REMOVED_AFTER_S = 0.1
"""They gather for so long: a radio has mostly said its receipt by then, and there is nothing to tell of its message."""
AGAIN_AFTER_S = 0.2
"""What the broker did not take is given to it again."""
HANDFUL = 24
"""Published in one turn of the event loop, a quarter of a millisecond, so that a talker has his turns in an alert."""
BREATH_S = 0.001
"""After each handful: it costs an alert to 130 radios 6 ms and one to 15,000 a second."""
MOST_HANDFULS = 4
"""Published in one turn at most, where the breath became longer: on a busy machine a county waits for each turn."""


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
        self._under_way: dict[int, Outgoing] = {}
        self._lost: list[Outgoing] = []
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
        loop, handfuls = asyncio.get_running_loop(), 1
        try:
            while True:
                await self._wake.wait()
                await connected.wait()
                if self._lost:
                    await asyncio.sleep(AGAIN_AFTER_S)
                    self._back_to_the_front()
                while len(self._done) >= MOST_TAKEN:
                    self._removed.clear()
                    await self._removed.wait()
                room = min(handfuls * HANDFUL, IN_FLIGHT - len(self._under_way), len(self._ready))
                for message in [self._ready.popleft() for _ in range(room)]:
                    self._under_way[message.number] = message
                    publish(message).add_done_callback(partial(self._answered, message))
                if room:
                    began_s = loop.time()
                    await asyncio.sleep(BREATH_S)
                    handfuls = max(1, min(MOST_HANDFULS, round((loop.time() - began_s) / BREATH_S)))
                else:
                    self._wake.clear()
        finally:
            self._lost += self._under_way.values()
            self._under_way.clear()
            self._back_to_the_front()

    def _answered(self, message: Outgoing, result: asyncio.Future[None]) -> None:
        if result.cancelled() or result.exception() is not None:
            if self._under_way.pop(message.number, None) is not None:
                self._lost.append(message)
        elif self._under_way.pop(message.number, None) is not None:
            self._done.append(message)
            self._some_done.set()
        self._wake.set()

    def _back_to_the_front(self) -> None:
        lost, self._lost = sorted(self._lost), []
        self._ready.extendleft(reversed(lost))

    async def _remove_done(self) -> None:
        """Beside the publishing: an alert to a county is 75 times IN_FLIGHT, which would each wait for the disk."""
        while True:
            await self._some_done.wait()
            if len(self._done) < REMOVED_AT_ONCE:
                await asyncio.sleep(REMOVED_AFTER_S)
            done = self._done[:REMOVED_AT_ONCE]
            await self._database.write(lambda change, done=done: self._remove(change, done))  # type: ignore[misc]
            del self._done[: len(done)]
            self._removed.set()
            if not self._done:
                self._some_done.clear()

    def _delete(self, change: Change, messages: list[Outgoing]) -> None:
        gone = outbox.c.number.in_([message.number for message in messages])
        change.connection.execute(sa.delete(outbox).where(gone))

    def _remove(self, change: Change, done: list[Outgoing]) -> None:
        self._delete(change, done)
        self._taken(change, [message.purpose for message in done])
