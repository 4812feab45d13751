"""One thread that writes every burst under way: packets from the event loop, a page at a time to disk.

Handing a packet over costs the event loop 0.6 microseconds, or 10 when it finds cold caches (``python -m
bench.recording``); no thread is woken by it, since the writer looks every TICK_S for what came.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import structlog

from devices.protocol.clock import Clock
from devices.protocol.voice import VoicePacket
from hub.talk.recording.burst_file import BurstFile

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
        self._came: deque[BurstFile | int | tuple[int, VoicePacket, int]] = deque()
        """What came, in order: a burst that begins, the id of one that is over, a packet and when it came."""
        self._handed_bytes = 0
        self._taken_bytes = 0
        """Counted up by one thread each; the difference is what waits."""
        self._overloaded: set[int] = set()
        self._bursts: dict[int, BurstFile] = {}
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
        self._came.append(BurstFile(burst_id, self._folder, name, comments))
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
        return burst.hearable_bytes if burst is not None else 0

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
            if isinstance(came, BurstFile):
                self._bursts[came.burst_id] = came
                if self._try(came, came.make):
                    self._say(Opened(came.burst_id, came.name))
            elif isinstance(came, int):
                if came in self._bursts:
                    self._close(self._bursts[came])
            else:
                burst_id, packet, at_us = came
                self._taken_bytes += _size(packet)
                if burst_id in self._bursts:
                    self._bursts[burst_id].add(packet, at_us)

    def _write_due(self, now_us: int) -> None:
        for burst in self._bursts.values():
            self._try(burst, partial(burst.write_due, now_us))

    def _close(self, burst: BurstFile) -> None:
        del self._bursts[burst.burst_id]
        self._try(burst, burst.write_rest)
        burst.end()
        self._say(Closed(burst.burst_id, burst.duration_s, burst.packets, burst.lost, burst.hearable_bytes))

    def _try(self, burst: BurstFile, write: Callable[[], None]) -> bool:
        """Write; where the disk refuses, the file stays as it is, and the next burst is tried."""
        try:
            write()
            return True
        except OSError as error:
            self.failures += 1
            _log.error("recording.disk_refused", file=burst.name, error=error.strerror)
            burst.give_up()
            self._say(Missed(burst.burst_id, NotRecorded.DISK))
            return False

    def _say(self, told: Told) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._tell, told)


def _size(packet: VoicePacket) -> int:
    return _PACKET_BYTES + sum(map(len, packet.frames))
