"""The way from those who read cameras to those who write disks: a bounded queue a stream, a few writers for all.

A stream is with one writer at a time, and any writer takes whichever stream is next, so that the disk's syncs of
several cameras overlap and a slow one holds up nobody else. Streams are taken up every SWEEP_S, all that waits of one
at once: at 25 pictures a second that is a turn for six pictures.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import replace

import structlog

from hub.footage.recorder.control import Disk
from hub.footage.recorder.recording import Recording, Written
from hub.footage.sources.packets import Arrived

WRITERS = 8
SWEEP_S = 0.25
MAX_WAITING_BYTES = 16 * 1024 * 1024
MAX_WAITING_S = 10.0
_log = structlog.get_logger()


class Intake:
    """One stream's queue."""

    def __init__(self, writers: Writers, recording: Recording, written: Written) -> None:
        self._writers = writers
        self._recording = recording
        self._written = written
        self._room = threading.Condition()
        self._waiting: deque[tuple[float, Arrived | None]] = deque()
        self._bytes = 0
        self._gave_up = False
        self.taken_up = False
        """Whether it is with a writer, or waits for one; the writers' own."""

    def put(self, one: Arrived) -> None:
        """Never waits: beyond the bound the oldest up to a key picture are given up and counted."""
        now_s = time.monotonic()
        with self._room:
            if self._gave_up:
                one = replace(one, picture=replace(one.picture, broken=True))
                self._gave_up = False
            self._waiting.append((now_s, one))
            self._bytes += len(one.picture.data)
            if self._bytes > MAX_WAITING_BYTES or now_s - self._waiting[0][0] > MAX_WAITING_S:
                self._give_up_oldest()

    def put_slowly(self, one: Arrived) -> None:
        """Wait while half of what may wait does: for a recording, which is read as fast as the disk takes it."""
        with self._room:
            self._room.wait_for(lambda: self._bytes < MAX_WAITING_BYTES // 2)
            self._waiting.append((time.monotonic(), one))
            self._bytes += len(one.picture.data)
        self._writers.take_up(self)

    def end(self) -> None:
        """What comes after this begins a segment; at once, not at the next sweep."""
        with self._room:
            self._waiting.append((time.monotonic(), None))
        self._writers.take_up(self)

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    def drain(self) -> None:
        """A writer's turn: all that waits, then what waits too long in the segment itself."""
        while self._waiting:
            with self._room:
                taken, self._waiting = self._waiting, deque()
            for _, one in taken:
                if one is None:
                    self._recording.end()
                    continue
                self._recording.take(one)
                with self._room:
                    self._bytes -= len(one.picture.data)
                    self._room.notify_all()
        self._recording.tick()

    def _give_up_oldest(self) -> None:
        """Called with the lock held; words that a stream broke stay."""
        given_up = 0
        kept: list[tuple[float, Arrived | None]] = []
        while self._waiting:
            at_s, one = self._waiting[0]
            if one is not None and one.picture.key and given_up:
                break
            self._waiting.popleft()
            if one is None:
                kept.append((at_s, one))
            else:
                self._bytes -= len(one.picture.data)
                given_up += 1
        self._waiting.extendleft(reversed(kept))
        self._gave_up = not self._waiting or self._waiting[0][1] is None
        self._written.missing += given_up
        self._written.turn(Disk.FAILING)


class Writers:
    """The threads that write."""

    def __init__(self, count: int = WRITERS) -> None:
        self._ready: deque[Intake] = deque()
        self._intakes: set[Intake] = set()
        self._turn = threading.Condition()
        self._closing = False
        self._threads = [
            threading.Thread(target=self._write, name=f"writer {number}", daemon=True) for number in range(count)
        ]
        self._sweeping = threading.Thread(target=self._sweep, name="sweep", daemon=True)

    def start(self) -> None:
        for thread in (*self._threads, self._sweeping):
            thread.start()

    def intake(self, recording: Recording, written: Written) -> Intake:
        """A queue for one stream; ``forget`` it when the stream is no more."""
        one = Intake(self, recording, written)
        with self._turn:
            self._intakes.add(one)
        return one

    def forget(self, intake: Intake) -> None:
        """End it; what waits is written."""
        intake.end()
        with self._turn:
            self._intakes.discard(intake)

    def take_up(self, intake: Intake) -> None:
        """Have a writer take it next."""
        with self._turn:
            if not intake.taken_up:
                intake.taken_up = True
                self._ready.append(intake)
                self._turn.notify()

    def close(self, within_s: float) -> bool:
        """Write all that waits and close every segment; False where that took too long."""
        until_s = time.monotonic() + within_s
        with self._turn:
            intakes = list(self._intakes)
        for intake in intakes:
            intake.end()
        with self._turn:
            self._closing = True
            self._turn.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, until_s - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _sweep(self) -> None:
        while not self._closing:
            time.sleep(SWEEP_S)
            with self._turn:
                idle = [one for one in self._intakes if not one.taken_up]
                for one in idle:
                    one.taken_up = True
                self._ready.extend(idle)
                self._turn.notify(len(idle))

    def _write(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._ready or self._closing)
                if not self._ready:
                    return
                intake = self._ready.popleft()
            try:
                intake.drain()
            except Exception:  # a writer is for all streams: it outlives whatever one of them brings
                _log.exception("writer.failed")
            with self._turn:
                intake.taken_up = not intake.is_empty
                if intake.taken_up:
                    self._ready.append(intake)
                    self._turn.notify()
