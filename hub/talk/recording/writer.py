"""One thread that writes every burst under way: packets from the event loop, a page at a time to disk.

Handing a packet over costs the event loop 0.6 microseconds, or 10 when it finds cold caches (``python -m
bench.recording``); no thread is woken by it, since the writer looks every TICK_S for what came.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import structlog

from devices.protocol.clock import Clock
from devices.protocol.voice import MEDIA_TICKS_PER_FRAME, VoicePacket
from hub.talk.recording.files import open_new, write_all
from hub.talk.recording.ogg import OggOpus, seconds_of
from hub.talk.recording.timeline import Timeline

_log = structlog.get_logger()
TICK_S = 0.1
MOST_WAITING_BYTES = 8 * 1024 * 1024
"""Voice that waits for the disk: 15 s of 40 groups in which somebody speaks. What comes on top is not recorded."""
_PACKET_BYTES = 200
"""What a waiting packet takes in memory besides its frames."""


class NotRecorded(StrEnum):
    """Why a part of a burst is in no recording."""

    DISK = "disk"
    """The disk refused: what was written before stays."""
    OVERLOADED = "overloaded"
    """MOST_WAITING_BYTES wait for the disk."""


@dataclass(frozen=True)
class Opened:
    """The burst's file is there: its name below the folder."""

    burst_id: int
    file: str


@dataclass(frozen=True)
class Closed:
    """The burst is over and all of it that there is, is on disk."""

    burst_id: int
    duration_s: float
    packets: int
    lost: int
    bytes: int


@dataclass(frozen=True)
class Missed:
    """A part of this burst is not recorded; told once."""

    burst_id: int
    reason: NotRecorded


Told = Opened | Closed | Missed


@dataclass
class _Burst:
    """A burst under way, of the writer's thread alone."""

    burst_id: int
    name: str
    comments: tuple[str, ...]
    timeline: Timeline = field(default_factory=Timeline)
    stream: OggOpus = field(default_factory=lambda: OggOpus(secrets.randbits(32)))
    descriptor: int | None = None
    """None before the file is there, and once the disk has refused."""
    is_made: bool = False
    """``name`` is this burst's own file."""
    synced_bytes: int = 0
    synced_packets: int = 0


class VoiceWriter:
    """Takes packets on the event loop and tells there, by ``tell``, what became of them."""

    def __init__(self, folder: Path, clock: Clock, tell: Callable[[Told], None]) -> None:
        self.dropped = 0
        """Packets that found MOST_WAITING_BYTES before them."""
        self.failures = 0
        """Bursts whose recording the disk ended."""
        self._folder = folder
        self._clock = clock
        self._tell = tell
        self._came: deque[_Burst | int | tuple[int, VoicePacket, int]] = deque()
        """What came, in order: a burst that begins, the id of one that is over, a packet and when it came."""
        self._handed_bytes = 0
        self._taken_bytes = 0
        """Counted up by one thread each; the difference is what waits."""
        self._overloaded: set[int] = set()
        self._bursts: dict[int, _Burst] = {}
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Start the thread; needs a running event loop."""
        self._loop = asyncio.get_running_loop()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._thread = threading.Thread(target=self._work, name="voice-writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Write what waits, end every burst and the thread; everything is told when this returns."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def begin(self, burst_id: int, name: str, comments: tuple[str, ...]) -> None:
        """A burst begins; its file is made as ``name``, or a name beside it."""
        self._came.append(_Burst(burst_id, name, comments))
        self._wake.set()

    def packet(self, burst_id: int, packet: VoicePacket, at_us: int) -> None:
        """A packet of a burst that began, which came at ``at_us`` of the monotonic clock."""
        if self._handed_bytes - self._taken_bytes > MOST_WAITING_BYTES:
            self.dropped += 1
            if burst_id not in self._overloaded:
                self._overloaded.add(burst_id)
                _log.error("recording.overloaded", burst=burst_id)
                self._tell(Missed(burst_id, NotRecorded.OVERLOADED))
            return
        self._handed_bytes += _size(packet)
        self._came.append((burst_id, packet, at_us))

    def end(self, burst_id: int) -> None:
        """The burst is over."""
        self._overloaded.discard(burst_id)
        self._came.append(burst_id)
        self._wake.set()

    def synced_bytes(self, burst_id: int) -> int:
        """How much of a burst under way is on disk, in whole pages; 0 before the first page with voice."""
        burst = self._bursts.get(burst_id)
        return burst.synced_bytes if burst is not None and burst.synced_packets > 0 else 0

    def _work(self) -> None:
        while not self._closing or self._came:
            self._wake.wait(TICK_S if self._bursts else None)
            self._wake.clear()
            try:
                self._take()
                self._write_due(self._clock.monotonic_us())
            except Exception:  # what one burst brings about must not end the recording of all others
                _log.exception("recording.failed")
        for burst in list(self._bursts.values()):
            self._close(burst)

    def _take(self) -> None:
        while self._came:
            came = self._came.popleft()
            if isinstance(came, _Burst):
                self._bursts[came.burst_id] = came
                self._open(came)
            elif isinstance(came, int):
                if came in self._bursts:
                    self._close(self._bursts[came])
            else:
                burst_id, packet, at_us = came
                self._taken_bytes += _size(packet)
                burst = self._bursts.get(burst_id)
                if burst is not None and burst.descriptor is not None:
                    burst.timeline.add(packet, at_us)

    def _write_due(self, now_us: int) -> None:
        for burst in self._bursts.values():
            frames = burst.timeline.due(now_us)
            if frames:
                self._write(burst, burst.stream.pages(frames))

    def _open(self, burst: _Burst) -> None:
        try:
            burst.descriptor, burst.name = open_new(self._folder, burst.name)
        except OSError as error:
            self._fail(burst, error)
            return
        burst.is_made = True
        self._write(burst, burst.stream.head(burst.comments))
        self._say(Opened(burst.burst_id, burst.name))

    def _write(self, burst: _Burst, pages: bytes) -> None:
        if burst.descriptor is None:
            return
        try:
            write_all(burst.descriptor, pages)
        except OSError as error:
            self._fail(burst, error)
        else:
            burst.synced_bytes += len(pages)
            burst.synced_packets = burst.stream.packets

    def _fail(self, burst: _Burst, error: OSError) -> None:
        """Give the file up as it stands; the next burst is tried again."""
        self.failures += 1
        _log.error("recording.disk_refused", file=burst.name, error=error.strerror)
        if burst.descriptor is not None:
            os.close(burst.descriptor)
            burst.descriptor = None
        self._say(Missed(burst.burst_id, NotRecorded.DISK))

    def _close(self, burst: _Burst) -> None:
        timeline = burst.timeline
        if timeline.packets > 0:
            self._write(burst, burst.stream.last_pages(timeline.rest() or [timeline.filling()]))
        del self._bursts[burst.burst_id]
        if burst.descriptor is not None:
            os.close(burst.descriptor)
        if burst.synced_packets == 0:
            self._remove_empty(burst)
        duration_s = seconds_of(burst.synced_packets * MEDIA_TICKS_PER_FRAME)
        self._say(Closed(burst.burst_id, duration_s, timeline.packets, timeline.lost, burst.synced_bytes))

    def _remove_empty(self, burst: _Burst) -> None:
        """Nobody said anything, or the disk took nothing of it."""
        burst.synced_bytes = 0
        if burst.is_made:
            try:
                (self._folder / burst.name).unlink()
            except OSError as error:
                _log.error("recording.disk_refused", file=burst.name, error=error.strerror)

    def _say(self, told: Told) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._tell, told)


def _size(packet: VoicePacket) -> int:
    return _PACKET_BYTES + sum(map(len, packet.frames))
