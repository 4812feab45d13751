"""An hour still being written: a log on disk and its rows in memory, live sightings included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Sighting
from hub.sightings.columns import Table, columns_of
from hub.sightings.errors import SightingsError
from hub.sightings.records import Found, Place, RecordFile, read_all
from hub.sightings.rows import ROW, Rows, row_of

_FIRST_ROWS = 256
_MAX_CAMERAS = 65_535
_MAX_DESCRIBERS = 255


class OpenHour:
    """One writer appends; readers take ``table()``, which later appends leave as it is."""

    def __init__(self, hour: int, path: Path) -> None:
        self.hour = hour
        self.damaged_bytes = 0
        self.latest_end_ms = 0
        self._records = RecordFile(path, create=True)
        self._rows: Rows = np.zeros(_FIRST_ROWS, ROW)
        self._alive: NDArray[np.bool_] = np.ones(_FIRST_ROWS, np.bool_)
        self._count = 0
        self._cameras: dict[str, int] = {}
        self._describers: dict[str, int] = {}

    def replay(self) -> list[Found]:
        """What the log holds, in order, after cutting off a torn end; the caller decides what of it stands."""
        found = list(read_all(self._records.path))
        good_end = sum(found[-1].place) if found else 0
        self.damaged_bytes = self._records.size - sum(item.place.length for item in found)
        if good_end < self._records.size:
            self._records.cut(good_end)
        return found

    def append(self, sighting: Sighting) -> int:
        """Log the sighting and return its row. Raises OSError, or SightingsError when the hour's names run out."""
        self._check_names(sighting)
        return self.take(sighting, self._records.append(sighting))

    def take(self, sighting: Sighting, place: Place) -> int:
        """Add the row of a sighting that the log has at ``place``; returns the row."""
        self._check_names(sighting)
        if self._count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros(self._count, ROW)])
            self._alive = np.concatenate([self._alive, np.ones(self._count, np.bool_)])
        camera = self._cameras.setdefault(sighting.camera_id, len(self._cameras))
        describer = self._describers.setdefault(sighting.describer, len(self._describers))
        row = self._count
        self._rows[row] = row_of(sighting, camera, describer, place)
        self._count += 1
        self.latest_end_ms = max(self.latest_end_ms, int(self._rows["ended_ms"][row]))
        return row

    def replaced(self, row: int) -> None:
        """Searches that begin from now on pass over this row."""
        self._alive = self._alive.copy()
        self._alive[row] = False

    def read(self, row: int) -> Sighting:
        """The whole sighting of a row. Raises RecordError."""
        return self._records.read(columns_of(self._rows).place(row))

    def table(self) -> Table:
        """What a search sees now."""
        rows, alive = self._rows[: self._count], self._alive[: self._count]
        return Table(
            self.hour, tuple(self._cameras), tuple(self._describers), columns_of(rows), alive, False, self._records
        )

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

    def _check_names(self, sighting: Sighting) -> None:
        if sighting.camera_id not in self._cameras and len(self._cameras) >= _MAX_CAMERAS:
            raise SightingsError(
                "too_many_cameras", "一小时内摄像头过多。", "Too many cameras in one hour.", field="camera_id"
            )
        if sighting.describer not in self._describers and len(self._describers) >= _MAX_DESCRIBERS:
            raise SightingsError(
                "too_many_describers", "描述程序种类过多。", "Too many describers in one hour.", field="describer"
            )
