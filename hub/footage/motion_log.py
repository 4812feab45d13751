"""When something moved before each camera, kept beside its footage: one byte for 10 seconds, 8,640 a day.

``<footage_dir>/<camera_id>/<YYYY-MM-DD>/motion`` (the day in UTC): 0 to 200 is the share of the time in which something
moved, in half per cents; 255 is not known. What a kill leaves is whole bytes; of a power cut the last minute may miss.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from hub.footage.segments.names import DAY_US, MOTION, camera_folder, day_of

STEP_US = 10_000_000
STEPS_A_DAY = DAY_US // STEP_US
UNKNOWN = 255
WHOLE = 200
LONGEST_US = 30_000_000
"""Between two words of a worker on a camera; what was said longer ago says nothing of the time since."""
_LEAST_KNOWN_US = STEP_US // 4
"""A step of which less is known is not known."""


@dataclass(frozen=True)
class Shares:
    """``shares``: a byte for each STEP_US from ``since_us`` on (UTC), as in the file."""

    since_us: int
    shares: bytes


@dataclass
class _Step:
    """A step that is not over."""

    number: int
    watched_us: float = 0.0
    moving_us: float = 0.0


@dataclass
class _Camera:
    at_us: int
    watched_ms: int
    moving_ms: int
    step: _Step = field(default_factory=lambda: _Step(-1))


class MotionLog:
    """``hear`` in the event loop, ``flush`` and ``read`` in any thread: they touch the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cameras: dict[str, _Camera] = {}
        self._waiting: dict[str, dict[int, int]] = defaultdict(dict)
        self._lock = threading.Lock()

    def hear(self, camera_id: str, at_us: int, watched_ms: int, moving_ms: int) -> None:
        """A worker's counts at ``at_us`` (UTC), from where it began: what was added belongs to the time since."""
        before = self._cameras.get(camera_id)
        now = _Camera(at_us, watched_ms, moving_ms)
        if before is not None:
            now.step = before.step
            watched_us, moving_us = (watched_ms - before.watched_ms) * 1000, (moving_ms - before.moving_ms) * 1000
            span_us = at_us - before.at_us
            if 0 < span_us <= LONGEST_US and 0 <= moving_us <= watched_us and watched_us > 0:
                self._spread(
                    camera_id, now, before.at_us, at_us, min(watched_us / span_us, 1.0), moving_us / watched_us
                )
        self._cameras[camera_id] = now

    def _spread(self, camera_id: str, camera: _Camera, from_us: int, to_us: int, known: float, moving: float) -> None:
        for number in range(from_us // STEP_US, (to_us - 1) // STEP_US + 1):
            if camera.step.number != number:
                self._close(camera_id, camera.step)
                camera.step = _Step(number)
            part_us = (min(to_us, (number + 1) * STEP_US) - max(from_us, number * STEP_US)) * known
            camera.step.watched_us += part_us
            camera.step.moving_us += part_us * moving

    def _close(self, camera_id: str, step: _Step) -> None:
        if step.watched_us >= _LEAST_KNOWN_US:
            with self._lock:
                self._waiting[camera_id][step.number] = round(step.moving_us / step.watched_us * WHOLE)

    def keep_only(self, camera_ids: set[str]) -> None:
        """Forget the cameras that are not among these; what is on disk stays."""
        for camera_id in self._cameras.keys() - camera_ids:
            del self._cameras[camera_id]

    def flush(self) -> None:
        """Write what is known. A day of which nothing is recorded has no folder, and nothing of it is kept."""
        with self._lock:
            waiting, self._waiting = self._waiting, defaultdict(dict)
        for camera_id, steps in waiting.items():
            for number, share in steps.items():
                self._write(
                    camera_folder(self._folder, camera_id) / day_of(number * STEP_US), number % STEPS_A_DAY, share
                )

    def _write(self, day: Path, place: int, share: int) -> None:
        try:
            descriptor = os.open(day / MOTION, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:  # no such day, or a disk that refuses: the footage itself tells of that
            return
        try:
            size = os.fstat(descriptor).st_size
            if size < place:  # a hole would read as stillness
                os.pwrite(descriptor, bytes([UNKNOWN]) * (place - size), size)
            os.pwrite(descriptor, bytes([share]), place)
        except OSError:
            return
        finally:
            os.close(descriptor)

    def read(self, camera_id: str, since_us: int, until_us: int) -> Shares:
        """What is on disk of this time, from the step in which it begins. Blocks."""
        since_us -= since_us % STEP_US
        found, at_us = bytearray(), since_us
        while at_us < until_us:
            ends_us = min((at_us // DAY_US + 1) * DAY_US, until_us)
            count = -(-(ends_us - at_us) // STEP_US)
            found += self._of_day(camera_id, at_us, count)
            at_us += count * STEP_US
        return Shares(since_us, bytes(found))

    def _of_day(self, camera_id: str, at_us: int, count: int) -> bytes:
        try:
            with (camera_folder(self._folder, camera_id) / day_of(at_us) / MOTION).open("rb") as file:
                file.seek(at_us % DAY_US // STEP_US)
                found = file.read(count)
        except OSError:
            found = b""
        return found + bytes([UNKNOWN]) * (count - len(found))
