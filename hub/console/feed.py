"""The event feed: each client proves to itself that it missed nothing, and a slow one never slows another.

What a client sees is the log filtered by kinds and cut to its person's view. Each item names the number before it
among those. Clients with equal kinds and views at the same place share one coded frame. What happens after a silence
leaves at once, what happens within BATCH_S of a frame in the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from hub.console.view import View
from hub.events.log import EventLog, TooFarBack
from hub.events.messages import Item

BATCH_S = 0.025
KEEPALIVE_S = 5.0
MAX_FRAMES = 256
"""Frames waiting for one client; at the bound it is closed as too slow and resumes by its last number."""
MAX_CLIENTS = 500
FOR_THE_ROOM = 100
"""Of these places only the police room's roles take the last so many."""


class TooSlow(Exception):
    """The client did not read in time."""


class Full(Exception):
    """There is no place for one more client."""


@dataclass(eq=False)
class FeedClient:
    """One websocket's place in the log. ``last`` is the number of the newest item it was sent."""

    kinds: frozenset[str] | None
    view: View
    last: int
    frames: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(MAX_FRAMES))
    too_slow: bool = False

    def shown(self, items: list[Item]) -> list[Item]:
        """Those of the items that are this client's and new to it, as it may see them."""
        wanted = (item for item in items if item.number > self.last and (self.kinds is None or item.kind in self.kinds))
        return [shown for shown in map(self.view.item, wanted) if shown is not None]


class Feed:
    """Follows the log and hands frames to the clients that are up to date."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._clients: set[FeedClient] = set()
        self._gathered: list[Item] = []
        self._sending: asyncio.TimerHandle | None = None
        self._sent_s = -BATCH_S
        self.dropped_slow = 0
        log.follow(self._follow)

    @property
    def clients(self) -> int:
        """How many clients follow."""
        return len(self._clients)

    def _follow(self, items: list[Item]) -> None:
        self._gathered.extend(items)
        if self._sending is None:
            loop = asyncio.get_running_loop()
            after_s = max(0.0, self._sent_s + BATCH_S - loop.time())
            self._sending = loop.call_later(after_s, self._send)

    def _send(self) -> None:
        self._sending = None
        self._sent_s = asyncio.get_running_loop().time()
        items, self._gathered = self._gathered, []
        frames: dict[tuple[frozenset[str] | None, View, int], tuple[bytes, int]] = {}
        for client in list(self._clients):
            place = (client.kinds, client.view, client.last)
            if place not in frames:
                frames[place] = _frame(client.shown(items), client.last, items)
            frame, last = frames[place]
            if not frame:
                continue
            try:
                client.frames.put_nowait(frame)
                client.last = last
            except asyncio.QueueFull:
                client.too_slow = True
                self.dropped_slow += 1
                self._clients.discard(client)

    async def follow(self, since: int, kinds: frozenset[str] | None, view: View) -> AsyncGenerator[bytes]:
        """Frames for one client: what followed ``since``, then what comes. Raises Full, TooSlow, TooFarBack."""
        if since > self._log.last:
            raise TooFarBack(f"event {since} was never given; the newest is {self._log.last}")
        if len(self._clients) >= (MAX_CLIENTS if view.in_room else MAX_CLIENTS - FOR_THE_ROOM):
            raise Full
        client = FeedClient(kinds, view, since)
        reached = since
        while reached < self._log.last:
            page = await self._log.since(reached)
            if not page:
                break
            reached = page[-1].number
            frame, client.last = _frame(client.shown(page), client.last, page)
            if frame:
                yield frame
        # No await between the last look at the log and joining, so nothing slips in between; and what is gathered for
        # the next frame but was read here already is not above client.last, so nothing comes twice.
        self._clients.add(client)
        try:
            yield _keepalive(self._log.last)
            while True:
                try:
                    async with asyncio.timeout(KEEPALIVE_S):
                        frame = await client.frames.get()
                except TimeoutError:
                    frame = _keepalive(self._log.last)
                yield frame
                if client.too_slow and client.frames.empty():
                    raise TooSlow
        finally:
            self._clients.discard(client)


def _frame(shown: list[Item], last: int, items: list[Item]) -> tuple[bytes, int]:
    if not shown:
        return b"", last
    coded = []
    for item in shown:
        coded.append(item.encode(last))
        last = item.number
    return b"".join((b'{"items":[', b",".join(coded), b'],"now":', str(items[-1].number).encode(), b"}")), last


def _keepalive(now: int) -> bytes:
    return f'{{"items":[],"now":{now}}}'.encode()
