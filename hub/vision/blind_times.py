"""When nobody looked through each live camera, and when its picture could not be seen with: read out of the events that
told of the cameras, so that it is known again after a restart, and out of a note of when the hub itself did not run.

Of a time before the oldest event that is kept of a camera nothing is claimed.
"""

from __future__ import annotations

import asyncio
import math
import threading
from bisect import bisect_left
from collections import deque
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
import structlog

from devices.protocol.clock import Clock
from devices.protocol.sightings import PICTURE_TOLD_AFTER_S, PictureCondition
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
_TOLD_AFTER_US = round(PICTURE_TOLD_AFTER_S * 1e6)

Spans = tuple[tuple[int, int], ...]
"""From when to when, microseconds since 1970, in order."""


_log = structlog.get_logger()


class _Stood(msgspec.Struct):
    """As much of a camera's event as says whether vision saw its pictures, and how they were."""

    looked_at: bool = False
    recording: bool = False
    picture: PictureCondition = PictureCondition.CLEAR

    @property
    def seen(self) -> PictureCondition | None:
        """How the picture was; None where nobody saw it."""
        return self.picture if self.looked_at or self.recording else None


class _Note(msgspec.Struct):
    """``alive_us``: when the hub ran last; ``off``: when it did not run before that."""

    alive_us: int
    off: list[tuple[int, int]] = []


class _Span(NamedTuple):
    """A time in which nobody looked (``picture`` is None), or the picture could not be seen with."""

    since_us: int
    until_us: int
    picture: PictureCondition | None


class _Camera:
    def __init__(self, at_us: int) -> None:
        self.enrolled_at_us: int | None = None
        self.picture: PictureCondition | None = PictureCondition.CLEAR
        """How it is now, since ``since_us``."""
        self.since_us = at_us
        self._spans: list[_Span] = []

    def turn(self, at_us: int, picture: PictureCondition | None) -> None:
        """A picture is told to be bad when it has been so for a while."""
        if picture is self.picture:
            return
        is_bad = picture not in (None, PictureCondition.CLEAR)
        if is_bad and self.picture is not None:
            at_us = max(at_us - _TOLD_AFTER_US, self.since_us)
        if self.picture is not PictureCondition.CLEAR and at_us > self.since_us:
            self._spans.append(_Span(self.since_us, at_us, self.picture))
            del self._spans[:-MOST_SPANS]
        self.picture, self.since_us = picture, at_us

    def spans(self, since_us: int, until_us: int) -> list[_Span]:
        """Those between two times, cut there, in order."""
        known = self._spans[bisect_left(self._spans, since_us, key=lambda span: span.until_us) :]
        if self.picture is not PictureCondition.CLEAR:
            known.append(_Span(self.since_us, max(until_us, self.since_us), self.picture))
        cut = (_Span(max(span.since_us, since_us), min(span.until_us, until_us), span.picture) for span in known)
        return [span for span in cut if span.since_us < span.until_us]


_read = msgspec.json.Decoder(_Stood)


class BlindTimes:
    """``open`` before the hub serves anyone; ``run`` on the event loop; it may be asked in any thread."""

    def __init__(self, database: Database, events: EventLog, clock: Clock, folder: Path) -> None:
        """``folder`` has the note of when the hub did not run."""
        self._database = database
        self._events = events
        self._clock = clock
        self._note_file = folder / _NOTE
        self._note = _Note(0)
        self._cameras: dict[str, _Camera] = {}
        self._turning = threading.Lock()
        """Over each of them."""

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
        known = self._spans(camera_id, since_us, until_us)
        if known is None:
            return ((since_us, until_us),) if since_us < until_us else ()
        return tuple(span[:2] for span in known if span.picture is None)

    def unclear(self, camera_id: str, since_us: int, until_us: int) -> dict[PictureCondition, Spans]:
        """When somebody looked and the picture could not be seen with, by what was wrong with it."""
        found: dict[PictureCondition, Spans] = {}
        for start_us, end_us, picture in self._spans(camera_id, since_us, until_us) or ():
            if picture is not None:
                found[picture] = (*found.get(picture, ()), (start_us, end_us))
        return found

    def _spans(self, camera_id: str, since_us: int, until_us: int) -> list[_Span] | None:
        """None of a camera of which nothing was told."""
        camera = self._cameras.get(camera_id)
        if camera is None:
            return None
        with self._turning:
            return camera.spans(since_us, until_us)

    def enrolled_at_us(self, camera_id: str) -> int | None:
        """Where that is known: nobody could look through it before."""
        camera = self._cameras.get(camera_id)
        return None if camera is None else camera.enrolled_at_us

    def seconds_of(self, camera_id: str) -> tuple[tuple[float, float], ...]:
        """When it could not be seen who was there, in seconds since 1970, of all times: off line, by a picture that
        cannot be seen with, and before it was enrolled; without end where that is so now.
        """
        camera = self._cameras.get(camera_id)
        if camera is None:
            return ((-math.inf, math.inf),)
        enrolled_us = camera.enrolled_at_us
        before = () if enrolled_us is None else ((-math.inf, enrolled_us / 1e6),)
        with self._turning:
            over = camera.spans(enrolled_us or 0, camera.since_us)
            is_clear, since_us = camera.picture is PictureCondition.CLEAR, camera.since_us
        over_s = ((span.since_us / 1e6, span.until_us / 1e6) for span in over)
        now = () if is_clear else ((since_us / 1e6, math.inf),)
        return (*before, *over_s, *now)

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
            camera.turn(at_us, None)

    def _hear(self, items: list[Item]) -> None:
        for item in items:
            if item.kind in _KINDS:
                self._take(item.subject, item.at_us, item.kind, item.body)

    def _take(self, camera_id: str, at_us: int, kind: str, body: bytes) -> None:
        if kind == EventKind.CAMERA_REMOVED:
            self._cameras.pop(camera_id, None)
            return
        camera = self._cameras.setdefault(camera_id, _Camera(at_us))
        if kind == EventKind.CAMERA_ADDED:
            camera.enrolled_at_us = at_us
        with self._turning:
            camera.turn(at_us, _read.decode(body).seen)

    def _keep_note(self, now_us: int) -> None:
        """A full disk stops nobody: the hub is then told to have been off from the last note that was kept."""
        self._note.alive_us = now_us
        part = self._note_file.with_suffix(".part")
        try:
            part.write_bytes(msgspec.json.encode(self._note))
            part.replace(self._note_file)
        except OSError as error:
            _log.warning("blind_times.not_noted", why=str(error))
