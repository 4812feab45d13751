"""The rows of one hour as columns, the form that is scanned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Sighting
from hub.sightings.records import ALIGNMENT, RecordFile
from hub.sightings.rows import CODES, DESCRIPTOR_BYTES, lasted_ms


@dataclass(frozen=True)
class Columns:
    """Arrays of at least ``count`` rows each; they cannot be written through.

    ``codes`` has CODES planes (rows.py says what each is), ``descriptor`` DESCRIPTOR_BYTES numbers a row. ``describer``
    is a code of the table's describers, and empty where it has one alone. ``started_ms`` counts from the hour's start,
    ``lasted`` as rows.lasted_of, ``place`` in ALIGNMENT bytes.
    """

    count: int
    codes: NDArray[np.uint8]
    descriptor: NDArray[np.int8]
    describer: NDArray[np.uint8]
    started_ms: NDArray[np.uint32]
    lasted: NDArray[np.uint16]
    place: NDArray[np.uint32]

    def __len__(self) -> int:
        return self.count

    @cached_property
    def addresses(self) -> tuple[int, ...]:
        """For how many rows there is room, and where codes, descriptor, describer, started_ms and lasted lie; 0 for
        what is empty."""
        arrays: tuple[NDArray[Any], ...] = (
            self.codes,
            self.descriptor,
            self.describer,
            self.started_ms,
            self.lasted,
        )
        return len(self.started_ms), *map(_address, arrays)

    def start_of_record(self, row: int) -> int:
        """Where the row's whole sighting lies in the table's records."""
        return int(self.place[row]) * ALIGNMENT

    def ended_ms(self, rows: slice | NDArray[np.intp]) -> NDArray[np.int64]:
        """When they were seen last, rounded up, from the hour's start."""
        return self.started_ms[rows] + lasted_ms(self.lasted[rows])


def blank_columns(count: int) -> Columns:
    """Rows of nothing."""
    arrays = (
        np.zeros((CODES, count), np.uint8),
        np.zeros((count, DESCRIPTOR_BYTES), np.int8),
        np.zeros(0, np.uint8),
        np.zeros(count, np.uint32),
        np.zeros(count, np.uint16),
        np.zeros(count, np.uint32),
    )
    for array in arrays:
        array.flags.writeable = False
    return Columns(count, *arrays)


def _address(array: NDArray[Any]) -> int:
    assert array.flags.c_contiguous
    return array.ctypes.data if array.size else 0


@dataclass(frozen=True)
class Table:
    """What a search sees of one hour: columns as they stood when it began, the names behind their codes, the records.

    Sealed hours are sorted by camera: ``runs`` has the first row of each, and the count at last. Open ones are not:
    ``camera`` has each row's code. ``alive`` is 0 for rows that a later word on the same sighting replaced, and empty
    when all stand.
    """

    hour: int
    cameras: tuple[str, ...]
    describers: tuple[str, ...]
    columns: Columns
    runs: NDArray[np.uint32]
    camera: NDArray[np.uint16]
    alive: NDArray[np.uint8]
    records: RecordFile

    @property
    def name(self) -> str:
        """Of the files behind it: where it is the same, so are the rows."""
        return self.records.path.name

    @cached_property
    def addresses(self) -> tuple[int, ...]:
        """The columns', and where alive and camera lie."""
        return *self.columns.addresses, _address(self.alive), _address(self.camera)

    @property
    def standing(self) -> NDArray[np.intp]:
        """The rows that stand."""
        rows = np.arange(len(self.columns))
        return np.flatnonzero(self.alive[: len(rows)]) if len(self.alive) else rows

    def foresee(self, row: int) -> None:
        """The row's ``head`` is read soon."""
        self.records.foresee(self.columns.start_of_record(row))

    def head(self, row: int) -> Sighting:
        """The row's sighting without path and picture. Raises RecordError."""
        return self._as_described(self.records.head(self.columns.start_of_record(row)), row)

    def read(self, row: int) -> Sighting:
        """The row's whole sighting. Raises RecordError."""
        return self._as_described(self.records.read(self.columns.start_of_record(row)), row)

    def describer_of(self, row: int) -> str:
        """Who made the row's descriptor."""
        describer = self.columns.describer
        return self.describers[int(describer[row]) if len(describer) else 0]

    def _as_described(self, sighting: Sighting, row: int) -> Sighting:
        """With the row's descriptor: the record has the one it came with (redescribing.py)."""
        describer = self.describer_of(row)
        if sighting.describer == describer:
            return sighting
        return msgspec.structs.replace(sighting, describer=describer, descriptor=self.columns.descriptor[row].tobytes())

    def rows_of(self, camera: str) -> slice | NDArray[np.intp]:
        """The rows of one camera."""
        code = self.cameras.index(camera)
        if len(self.camera):
            return np.flatnonzero(self.camera[: len(self.columns)] == code)
        return slice(int(self.runs[code]), int(self.runs[code + 1]))
