"""The rows of one hour as columns, the form that is scanned."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.sightings.records import Place, RecordFile
from hub.sightings.rows import Rows

Selection = slice | NDArray[np.intp]


@dataclass(frozen=True)
class Columns:
    """One array a field, all of the same number of rows; ``upper`` and ``lower`` are twelve planes of rows each.

    The fields and their units are those of rows.ROW.
    """

    camera: NDArray[np.uint16]
    describer: NDArray[np.uint8]
    child: NDArray[np.uint8]
    height_cm: NDArray[np.uint8]
    height_error_cm: NDArray[np.uint8]
    upper: NDArray[np.uint8]
    lower: NDArray[np.uint8]
    started_ms: NDArray[np.uint32]
    ended_ms: NDArray[np.uint32]
    descriptor_length: NDArray[np.float32]
    descriptor: NDArray[np.int8]
    key: NDArray[np.uint64]
    record_start: NDArray[np.uint64]
    record_length: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.camera)

    def place(self, row: int) -> Place:
        """Where the row's whole sighting lies."""
        return Place(int(self.record_start[row]), int(self.record_length[row]))


COLUMN_NAMES = tuple(field.name for field in fields(Columns))
_PLANES = ("upper", "lower")


def columns_of(rows: Rows) -> Columns:
    """Views into rows, nothing copied."""
    arrays: dict[str, Any] = {name: rows[name].T if name in _PLANES else rows[name] for name in COLUMN_NAMES}
    return Columns(**arrays)


@dataclass(frozen=True)
class Table:
    """What a search sees of one hour: columns as they stood when it began, the names behind their codes, the records.

    ``alive`` is false for rows that a later word on the same sighting replaced; None when all stand. ``by_camera``: the
    rows are sorted by camera.
    """

    hour: int
    cameras: tuple[str, ...]
    describers: tuple[str, ...]
    columns: Columns
    alive: NDArray[np.bool_] | None
    by_camera: bool
    records: RecordFile

    def rows_of_cameras(self, codes: NDArray[np.intp]) -> list[Selection]:
        """The rows of these cameras: slices where the table is sorted by camera, else a list of indices."""
        if len(codes) == len(self.cameras):
            return [slice(0, len(self.columns))]
        camera = self.columns.camera
        if not self.by_camera:
            return [np.flatnonzero(np.isin(camera, codes))]
        starts = np.searchsorted(camera, codes, side="left")
        ends = np.searchsorted(camera, codes, side="right")
        return [slice(int(start), int(end)) for start, end in zip(starts, ends, strict=True) if end > start]
