"""When nobody looked through each live camera: read out of the events that told of the cameras, so that it is known
again after a restart, and out of a note of when the hub itself did not run.

Of a time before the oldest event that is kept of a camera nothing is claimed.
"""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_left
from collections import deque
from itertools import groupby
from pathlib import Path

import msgspec
import sqlalchemy as sa
import structlog

from devices.protocol.clock import Clock
from hub.events.log import EventLog
from hub.events.messages import EventKind, Item
from hub.events.tables import ABOUT_CAMERAS, events
from hub.storage.database import Database

ALIVE_EVERY_S = 5.0
MOST_SPANS = 5_000
"""Of one camera, and of the hub; beyond it the oldest are forgotten."""
READ_AT_ONCE = 1_000
_KINDS = frozenset((EventKind.CAMERA_ADDED, EventKind.CAMERA_CHANGED, EventKind.CAMERA_REMOVED))
_NOTE = "hub_off.json"

Spans = tuple[tuple[int, int], ...]
"""From when to when, microseconds since 1970, in order."""


_log = structlog.get_logger()


class _Stood(msgspec.Struct):
    """As much of a camera's event as says whether vision saw its pictures."""

    looked_at: bool = False
    recording: bool = False


class _Note(msgspec.Struct):
    """``alive_us``: when the hub ran last; ``off``: when it did not run before that."""

    alive_us: int
    off: list[tuple[int, int]] = []


class _Camera:
    def __init__(self) -> None:
        self.enrolled_at_us: int | None = None
        self.since_us: int | None = None
        """Blind since then, and now."""
        self.spans: list[tuple[int, int]] = []

    def turn(self, at_us: int, *, sees: bool) -> None:
        if not sees:
            self.since_us = at_us if self.since_us is None else self.since_us
        elif self.since_us is not None:
            if at_us > self.since_us:
                self.spans.append((self.since_us, at_us))
                del self.spans[:-MOST_SPANS]
            self.since_us = None


_read = msgspec.json.Decoder(_Stood)


class BlindTimes:
    """``open`` before the hub serves anyone; all else on the event loop, or in a thread that only asks."""

    def __init__(self, database: Database, events: EventLog, clock: Clock, folder: Path) -> None:
        """``folder`` has the note of when the hub did not run."""
        self._database = database
        self._events = events
        self._clock = clock
        self._note_file = folder / _NOTE
        self._note = _Note(0)
        self._cameras: dict[str, _Camera] = {}

    def open(self) -> None:
        """Read what is known, and follow what comes. Raises OSError."""
        self._note_file.parent.mkdir(parents=True, exist_ok=True)
        now_us = self._clock.wall_us()
        try:
            self._note = msgspec.json.decode(self._note_file.read_bytes(), type=_Note)
        except (FileNotFoundError, msgspec.MsgspecError):
            self._note = _Note(now_us)
        if now_us > self._note.alive_us:
            self._note.off = [*self._note.off, (self._note.alive_us, now_us)][-MOST_SPANS:]
        self._keep_note(now_us)
        self._database.read_now(self._replay)
        self._events.follow(self._hear)

    async def run(self) -> None:
        """Note that the hub runs, until cancelled."""
        while True:
            await asyncio.sleep(ALIVE_EVERY_S)
            await asyncio.to_thread(self._keep_note, self._clock.wall_us())

    def of(self, camera_id: str, since_us: int, until_us: int) -> Spans:
        """When nobody looked through a camera between two times; all of it where nobody ever did."""
        camera = self._cameras.get(camera_id)
        if camera is None:
            return ((since_us, until_us),) if since_us < until_us else ()
        spans = camera.spans
        first = bisect_left(spans, since_us, key=lambda span: span[1])
        found = [(max(start, since_us), min(end, until_us)) for start, end in spans[first:] if start < until_us]
        if camera.since_us is not None and camera.since_us < until_us:
            found.append((max(camera.since_us, since_us), until_us))
        return tuple((start, end) for start, end in found if start < end)

    def enrolled_at_us(self, camera_id: str) -> int | None:
        """Where that is known: nobody could look through it before."""
        camera = self._cameras.get(camera_id)
        return None if camera is None else camera.enrolled_at_us

    def seconds_of(self, camera_id: str, now_us: int) -> tuple[tuple[float, float], ...]:
        """As ``of``, in seconds since 1970, of all times: also before it was enrolled, without end if it is blind."""
        enrolled_us = self.enrolled_at_us(camera_id)
        before = () if enrolled_us is None else ((-math.inf, enrolled_us / 1e6),)
        spans = [(start / 1e6, end / 1e6) for start, end in self.of(camera_id, enrolled_us or 0, now_us)]
        if spans and spans[-1][1] * 1e6 >= now_us - 1:
            spans[-1] = (spans[-1][0], math.inf)
        return (*before, *spans)

    def _replay(self, connection: sa.Connection) -> None:
        """Each camera's turns, with those between them when the hub was off."""
        e = events.c
        query = sa.select(e.subject, e.at_us, e.kind, e.body).where(ABOUT_CAMERAS).order_by(e.subject, e.at_us)
        rows = connection.execution_options(yield_per=READ_AT_ONCE).execute(query)
        for camera_id, told in groupby(rows, key=lambda row: str(row.subject)):
            off = deque(self._note.off)
            for row in told:
                while off and off[0][0] < row.at_us:
                    self._go_blind(camera_id, off.popleft()[0])
                self._take(camera_id, row.at_us, row.kind, row.body)
            for since_us, _ in off:
                self._go_blind(camera_id, since_us)

    def _go_blind(self, camera_id: str, at_us: int) -> None:
        camera = self._cameras.get(camera_id)
        if camera is not None:
            camera.turn(at_us, sees=False)

    def _hear(self, items: list[Item]) -> None:
        for item in items:
            if item.kind in _KINDS:
                self._take(item.subject, item.at_us, item.kind, item.body)

    def _take(self, camera_id: str, at_us: int, kind: str, body: bytes) -> None:
        if kind == EventKind.CAMERA_REMOVED:
            self._cameras.pop(camera_id, None)
            return
        camera = self._cameras.setdefault(camera_id, _Camera())
        if kind == EventKind.CAMERA_ADDED:
            camera.enrolled_at_us = at_us
        stood = _read.decode(body)
        camera.turn(at_us, sees=stood.looked_at or stood.recording)

    def _keep_note(self, now_us: int) -> None:
        """A full disk stops nobody: the hub is then told to have been off from the last note that was kept."""
        self._note.alive_us = now_us
        part = self._note_file.with_suffix(".part")
        try:
            part.write_bytes(msgspec.json.encode(self._note))
            part.replace(self._note_file)
        except OSError as error:
            _log.warning("blind_times.not_noted", why=str(error))
