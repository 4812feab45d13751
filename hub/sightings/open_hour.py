"""An hour still being written: a log on disk and its rows in memory, live sightings included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Sighting
from hub.sightings.columns import Columns, Table
from hub.sightings.errors import SightingsError
from hub.sightings.records import ALIGNMENT, Found, RecordFile, read_all
from hub.sightings.rows import CODES, DESCRIPTOR_BYTES, HOUR_US, codes_of, hour_of, key_of, lasted_of

_FIRST_ROWS = 1024
_MAX_CAMERAS = 65_535
_MAX_DESCRIBERS = 255
_NO_RUNS = np.zeros(0, np.uint32)


class OpenHour:
    """One writer appends; readers take ``table``, which later appends leave as it is."""

    def __init__(self, hour: int, path: Path) -> None:
        self.hour = hour
        self.damaged_bytes = 0
        self.latest_end_ms = 0
        self._records = RecordFile(path, create=True)
        self._count = 0
        self._cameras: dict[str, int] = {}
        self._describers: dict[str, int] = {}
        self._codes = np.zeros((CODES, _FIRST_ROWS), np.uint8)
        self._descriptor = np.zeros((_FIRST_ROWS, DESCRIPTOR_BYTES), np.int8)
        self._describer = np.zeros(_FIRST_ROWS, np.uint8)
        self._started_ms = np.zeros(_FIRST_ROWS, np.uint32)
        self._lasted = np.zeros(_FIRST_ROWS, np.uint16)
        self._place = np.zeros(_FIRST_ROWS, np.uint32)
        self._camera = np.zeros(_FIRST_ROWS, np.uint16)
        self._key = np.zeros(_FIRST_ROWS, np.uint32)
        self._alive = np.ones(_FIRST_ROWS, np.uint8)
        self._alive_is_seen = False

    def replay(self) -> list[Found]:
        """What the log holds, in order, after cutting off a torn end; the caller decides what of it stands."""
        found = list(read_all(self._records.path))
        good_end = found[-1].start + found[-1].length if found else 0
        kept = sum(item.length + -item.length % ALIGNMENT for item in found)
        self.damaged_bytes = max(0, self._records.size - kept)
        if good_end < self._records.size:
            self._records.cut(good_end)
        return found

    def append(self, sighting: Sighting) -> int:
        """Log the sighting and return its row. Raises OSError, or SightingsError when the hour's names run out."""
        self._check_names(sighting)
        return self.take(sighting, self._records.append(sighting))

    def take(self, sighting: Sighting, start: int) -> int:
        """Add the row of a sighting whose record starts there; returns the row."""
        self._check_names(sighting)
        if self._count == len(self._started_ms):
            self._grow()
        row = self._count
        self._codes[:, row] = np.frombuffer(codes_of(sighting), np.uint8)
        self._descriptor[row, : len(sighting.descriptor)] = np.frombuffer(sighting.descriptor, np.int8)
        self._describer[row] = self._describers.setdefault(sighting.describer, len(self._describers))
        self._started_ms[row] = (sighting.started_at_us - hour_of(sighting) * HOUR_US) // 1000
        self._lasted[row] = lasted_of(sighting)
        self._place[row] = start // ALIGNMENT
        self._camera[row] = self._cameras.setdefault(sighting.camera_id, len(self._cameras))
        self._key[row] = key_of(sighting.sighting_id)
        self._count += 1
        self.latest_end_ms = max(self.latest_end_ms, -(-(sighting.ended_at_us - self.hour * HOUR_US) // 1000))
        return row

    def replaced(self, row: int) -> None:
        """Searches that begin from now on pass over this row."""
        if self._alive_is_seen:
            self._alive, self._alive_is_seen = self._alive.copy(), False
        self._alive[row] = 0

    def read(self, row: int) -> Sighting:
        """The whole sighting of a row. Raises RecordError."""
        return self._records.read(int(self._place[row]) * ALIGNMENT)

    def head(self, row: int) -> Sighting:
        """The sighting of a row without path and picture. Raises RecordError."""
        return self._records.head(int(self._place[row]) * ALIGNMENT)

    @property
    def table(self) -> Table:
        """What a search sees now."""
        self._alive_is_seen = True
        columns: list[Any] = [self._codes, self._descriptor, self._describer]
        columns += [self._started_ms, self._lasted, self._place]
        views = [array.view() for array in columns]
        for view in views:
            view.flags.writeable = False
        return Table(
            self.hour,
            tuple(self._cameras),
            tuple(self._describers),
            Columns(self._count, *views),
            _NO_RUNS,
            self._camera,
            self._alive,
            self._records,
        )

    def is_as_in(self, table: Table) -> bool:
        """Whether nothing was appended or replaced since that table was taken."""
        return self._count == len(table.columns) and self._alive is table.alive

    def keys(self) -> NDArray[np.uint32]:
        """Of each row's id."""
        return self._key[: self._count]

    def sync(self) -> None:
        self._records.sync()

    def close(self) -> None:
        self._records.close()

    @property
    def path(self) -> Path:
        return self._records.path

    @property
    def bytes_on_disk(self) -> int:
        return self._records.size

    def _grow(self) -> None:
        """Twice the rows, in new arrays: tables that were taken keep theirs."""
        more = len(self._started_ms)
        self._codes = np.concatenate([self._codes, np.zeros((CODES, more), np.uint8)], axis=1)
        self._descriptor = np.concatenate([self._descriptor, np.zeros((more, DESCRIPTOR_BYTES), np.int8)])
        self._alive = np.concatenate([self._alive, np.ones(more, np.uint8)])
        for name in ("_describer", "_started_ms", "_lasted", "_place", "_camera", "_key"):
            array = getattr(self, name)
            setattr(self, name, np.concatenate([array, np.zeros(more, array.dtype)]))

    def _check_names(self, sighting: Sighting) -> None:
        if sighting.camera_id not in self._cameras and len(self._cameras) >= _MAX_CAMERAS:
            raise SightingsError(
                "too_many_cameras", "一小时内摄像头过多。", "Too many cameras in one hour.", field="camera_id"
            )
        if sighting.describer not in self._describers and len(self._describers) >= _MAX_DESCRIBERS:
            raise SightingsError(
                "too_many_describers", "描述程序种类过多。", "Too many describers in one hour.", field="describer"
            )
