"""How many looks at each live camera were due, and how many of them were left out for want of processor time: kept by
camera and ten minutes, so that a search can say of any time what vision had no time for.

``<folder>/<YYYY-MM-DD>`` (the day in UTC) has a row for each camera: its id, then for each of the day's 144 steps how
many looks were due and how many were left out: 640 bytes, 16 MB for 831 cameras and 30 days. A kill loses what was
heard in the last FLUSH_EVERY_S.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from devices.protocol.sightings import CameraState
from hub.footage.segments.names import DAY_US, day_of, day_start_us

STEP_US = 600_000_000
STEPS_A_DAY = DAY_US // STEP_US
FLUSH_EVERY_S = 20.0
LONGEST_US = 3_600_000_000
"""What a worker counted while it had no line goes to so much time at most."""
_ID_BYTES = 64
_ROW = np.dtype([("camera_id", f"S{_ID_BYTES}"), ("counts", "<u2", (STEPS_A_DAY, 2))])
_MOST = np.iinfo(np.uint16).max
"""A camera has at most 25 looks a second, 15,000 a step."""

Counts = NDArray[np.int64]
"""(…, 2): how many looks were due, and how many of them were left out."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class Looks:
    """``counts`` (cameras, steps, 2): cameras as they were asked for, steps from ``since_us`` (UTC) on."""

    since_us: int
    counts: Counts


class ShedLooks:
    """``hear`` in the event loop; all else in any thread: it touches the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[str, dict[str, Counts]] = defaultdict(dict)
        """By day and camera: (steps, 2), to be added to what is on the disk."""
        self._last: dict[str, CameraState] = {}
        self._hearing = threading.Lock()
        """Over ``_waiting``; never while the disk is waited for."""
        self._disk = threading.Lock()

    def hear(self, now: CameraState) -> None:
        """What a worker counted since its word before belongs to the time between.

        Where it is another worker, or began anew, all that it has counted is of just now. Of the first word after the
        hub began nobody knows when that was counted: it counts for nothing.
        """
        before = self._last.get(now.camera_id)
        same_worker = before is not None and before.stamp.boot_id == now.stamp.boot_id
        if before is not None and same_worker and now.stamp.sequence <= before.stamp.sequence:
            return  # a late word on a former connection
        self._last[now.camera_id] = now
        if before is None:
            return
        looked_at, shed = now.frames_looked_at - before.frames_looked_at, now.frames_shed - before.frames_shed
        since_us, until_us = before.stamp.wall_us, now.stamp.wall_us
        if not same_worker or looked_at < 0 or shed < 0:
            looked_at, shed, since_us = now.frames_looked_at, now.frames_shed, until_us
        if looked_at or shed:
            added = np.array([looked_at + shed, shed], np.int64)
            with self._hearing:
                self._spread(now.camera_id, added, max(since_us, until_us - LONGEST_US), until_us)

    def _spread(self, camera_id: str, added: Counts, since_us: int, until_us: int) -> None:
        """Evenly over the steps between; all to the last one where a clock went back."""
        for end_us in (*range((since_us // STEP_US + 1) * STEP_US, until_us, STEP_US), until_us):
            part = added if end_us == until_us else added * (end_us - since_us) // (until_us - since_us)
            day, step = divmod((end_us - 1) // STEP_US, STEPS_A_DAY)
            of_day = self._waiting[day_of(day * DAY_US)]
            of_day.setdefault(camera_id, np.zeros((STEPS_A_DAY, 2), np.int64))[step] += part
            added, since_us = added - part, end_us

    async def run(self) -> None:
        """Write what is known, until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_EVERY_S)
            await asyncio.to_thread(self.flush)

    def flush(self) -> None:
        """Write what is known. What a disk refuses is not kept, which is said, and stops nobody."""
        with self._disk:
            with self._hearing:
                waiting, self._waiting = self._waiting, defaultdict(dict)
            for day, cameras in waiting.items():
                try:
                    self._add(self._folder / day, cameras)
                except OSError as error:
                    _log.warning("shed_looks.not_kept", day=day, why=str(error))

    def _add(self, file: Path, cameras: dict[str, Counts]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        rows = _rows_of(file)
        numbers = {name: number for number, name in enumerate(rows["camera_id"].tolist())}
        count = len(rows)
        with file.open("r+b" if file.exists() else "w+b") as opened:
            for camera_id, added in cameras.items():
                number = numbers.get(camera_id.encode())
                if number is None:
                    row = np.array([(camera_id.encode(), np.minimum(added, _MOST))], _ROW)
                    os.pwrite(opened.fileno(), row.tobytes(), count * _ROW.itemsize)
                    count += 1
                    continue
                for step in np.flatnonzero(added[:, 0]).tolist():
                    sums = np.minimum(rows["counts"][number, step] + added[step], _MOST).astype("<u2")
                    os.pwrite(opened.fileno(), sums.tobytes(), number * _ROW.itemsize + _ID_BYTES + step * sums.nbytes)

    def between(self, camera_ids: Sequence[str], since_us: int, until_us: int) -> Iterator[Looks]:
        """All steps that touch this time, day after day. Raises OSError."""
        numbers = {camera_id.encode(): number for number, camera_id in enumerate(camera_ids)}
        with self._hearing:
            days = set(self._waiting)
        days.update(self._days())  # afterwards: what waited may be on the disk by now
        for day in sorted(days):
            start_us = day_start_us(day) or 0
            first, last = (since_us - start_us) // STEP_US, -((start_us - until_us) // STEP_US)
            if first < STEPS_A_DAY and last > 0:
                begin = max(first, 0)
                yield Looks(start_us + begin * STEP_US, self._of_day(day, numbers)[:, begin:last])

    def _of_day(self, day: str, numbers: dict[bytes, int]) -> Counts:
        counts = np.zeros((len(numbers), STEPS_A_DAY, 2), np.int64)
        with self._disk:
            rows = _rows_of(self._folder / day)
            places = np.array([numbers.get(camera_id, -1) for camera_id in rows["camera_id"].tolist()], np.intp)
            counts[places[places >= 0]] = rows["counts"][places >= 0]
            with self._hearing:
                for camera_id, added in self._waiting.get(day, {}).items():
                    number = numbers.get(camera_id.encode())
                    if number is not None:
                        counts[number] += added
        return counts

    def forget_before(self, before_us: int) -> int:
        """Delete the days that ended before; how many. Raises OSError."""
        with self._disk:
            old = [day for day in self._days() if (day_start_us(day) or 0) + DAY_US <= before_us]
            for day in old:
                (self._folder / day).unlink(missing_ok=True)
        return len(old)

    def _days(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        return [file.name for file in self._folder.iterdir() if day_start_us(file.name) is not None]


def _rows_of(file: Path) -> NDArray[np.void]:
    """The whole rows of a day; a kill may have left a part of one behind them, which the next camera's row replaces."""
    if not file.exists():
        return np.zeros(0, _ROW)
    return np.fromfile(file, _ROW, count=file.stat().st_size // _ROW.itemsize)
