"""A sealed hour: columns sorted by camera in one checksummed file, the whole sightings in a record file beside it.

``.columns``: ``QSC2``, the length and CRC-32 of the heading (u32 each), the heading (MessagePack), then each column,
starting at a multiple of 64 bytes, with a CRC-32 of its own in the heading. The columns file is written last: a segment
without it was never sealed. If it is damaged, the records make it anew.

A sighting is found by its id through the 32-bit hashes of the ids: of each FINDING_ROWS rows they are sorted, and
beside each is its row within these, in two bytes.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Sighting
from hub.sightings.columns import Columns, Table
from hub.sightings.records import RecordError, RecordFile
from hub.sightings.rows import CODES, key_of
from hub.storage.files import sync_folder

FINDING_ROWS = 65_536
_MAGIC = b"QSC2"
_HEADER = struct.Struct("<4sII")
_ALIGNMENT = 64
_TYPES = {
    "codes": "|u1",
    "descriptor": "|i1",
    "describer": "|u1",
    "started_ms": "<u4",
    "lasted": "<u2",
    "place": "<u4",
    "runs": "<u4",
    "finding_key": "<u4",
    "finding_row": "<u2",
}
"""The columns of a segment; codes has CODES lines, descriptor DESCRIPTOR_BYTES numbers a row."""
_NO_CAMERA = np.zeros(0, np.uint16)
_ALL_STAND = np.zeros(0, np.uint8)


class SegmentError(ValueError):
    """A columns file that cannot be trusted; says why."""


class _ColumnHeading(msgspec.Struct, frozen=True, array_like=True):
    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    checksum: int


class _Heading(msgspec.Struct, frozen=True):
    hour: int
    rows: int
    latest_end_ms: int
    cameras: tuple[str, ...]
    describers: tuple[str, ...]
    data_start: int
    columns: tuple[_ColumnHeading, ...]


@dataclass(frozen=True)
class SealedRows:
    """What is to be sealed: rows sorted by ``camera``, codes of ``cameras``; ``keys`` are of the ids (rows.key_of)."""

    hour: int
    cameras: tuple[str, ...]
    describers: tuple[str, ...]
    columns: Columns
    camera: NDArray[np.uint16]
    keys: NDArray[np.uint32]


def write_columns(path: Path, rows: SealedRows) -> None:
    """Seal rows at ``path``: whole and on the disk, or not there at all. Raises OSError."""
    columns, count = rows.columns, len(rows.columns)
    several = len(rows.describers) > 1
    sorted_keys, sorted_rows = _finding(rows.keys)
    arrays: dict[str, NDArray[np.generic]] = {
        "codes": columns.codes[:, :count],
        "descriptor": columns.descriptor[:count],
        "describer": columns.describer[: count if several else 0],
        "started_ms": columns.started_ms[:count],
        "lasted": columns.lasted[:count],
        "place": columns.place[:count],
        "runs": np.searchsorted(rows.camera, np.arange(len(rows.cameras) + 1)).astype("<u4"),
        "finding_key": sorted_keys,
        "finding_row": sorted_rows,
    }
    assert set(arrays) == set(_TYPES)
    contents = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    headings, start = [], 0
    for name, array in contents.items():
        headings.append(_ColumnHeading(name, array.dtype.str, array.shape, start, zlib.crc32(array.data)))
        start = _aligned(start + array.nbytes)
    latest_end_ms = int(columns.ended_ms(slice(0, count)).max())
    heading = _Heading(rows.hour, count, latest_end_ms, rows.cameras, rows.describers, 0, tuple(headings))
    data_start = _aligned(_HEADER.size + len(msgspec.msgpack.encode(heading)) + 16)
    head = msgspec.msgpack.encode(msgspec.structs.replace(heading, data_start=data_start))
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(_HEADER.pack(_MAGIC, len(head), zlib.crc32(head)) + head)
        for column in headings:
            file.seek(data_start + column.start)
            file.write(contents[column.name].data)
        file.truncate(data_start + start)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_folder(path.parent)


class Segment:
    """A sealed hour, opened: mapped into memory for as long as somebody reads it.

    The heading is checked at once, the columns by ``check``: what they say of where records lie is checked by the
    records themselves, and no byte of theirs can lead a search astray but in its ranking.
    """

    def __init__(self, columns_path: Path, records_path: Path) -> None:
        """Raises SegmentError when the heading is damaged or of another version, OSError when a file is missing."""
        self.columns_path, self.records_path = columns_path, records_path
        self._content, heading = _read_heading(columns_path)
        self.hour, self.latest_end_ms, self.cameras = heading.hour, heading.latest_end_ms, heading.cameras
        self.records = RecordFile(records_path)
        self._heading = heading
        arrays: dict[str, Any] = {column.name: self._array(column) for column in heading.columns}
        self._keys, self._rows = arrays.pop("finding_key"), arrays.pop("finding_row")
        self._runs = arrays.pop("runs")
        self._columns = Columns(heading.rows, **arrays)
        self._alive = _ALL_STAND
        self._table: Table | None = None

    @property
    def table(self) -> Table:
        """What a search sees now."""
        if self._table is None:
            names, columns = self._heading.describers, self._columns
            self._table = Table(
                self.hour, self.cameras, names, columns, self._runs, _NO_CAMERA, self._alive, self.records
            )
        return self._table

    @property
    def bytes_on_disk(self) -> int:
        return len(self._content) + self.records.size

    def check(self) -> None:
        """Read all columns. Raises SegmentError for one that the disk has not kept."""
        for column in self._heading.columns:
            if zlib.crc32(self._array(column).data) != column.checksum:
                raise SegmentError(f"{self.columns_path.name}: column {column.name} is damaged")

    def find(self, sighting_id: str) -> tuple[int, Sighting] | None:
        """The row and the sighting of this id without path and picture; a row that was replaced is not found."""
        for row in self._candidates(np.uint32(key_of(sighting_id))):
            if row < len(self._columns) and not (len(self._alive) and self._alive[row] == 0):
                try:
                    sighting = self.records.head(self._columns.start_of_record(row))
                except RecordError:
                    continue
                if sighting.sighting_id == sighting_id:
                    return row, sighting
        return None

    def keys(self) -> NDArray[np.uint32]:
        """Of each row's id, in the order of the rows."""
        keys = np.empty(len(self._columns), np.uint32)
        for first in range(0, len(keys), FINDING_ROWS):
            part = slice(first, first + FINDING_ROWS)
            keys[first + self._rows[part].astype(np.intp)] = self._keys[part]
        return keys

    def replaced(self, row: int) -> None:
        """A later word on the row's sighting is in the open hour: searches pass over this row from now on."""
        alive = self._alive.copy() if len(self._alive) else np.ones(len(self._columns), np.uint8)
        alive[row] = 0
        self._alive, self._table = alive, None

    def follows(self, former: Segment) -> None:
        """The rows are those of ``former``: what was replaced there is passed over here."""
        self._alive, self._table = former._alive, None

    def close(self) -> None:
        self.records.close()

    def delete(self) -> None:
        """From the disk; searches under way still read it."""
        self.columns_path.unlink()
        self.records_path.unlink()

    def _candidates(self, key: np.uint32) -> Iterator[int]:
        for first in range(0, len(self._keys), FINDING_ROWS):
            keys = self._keys[first : first + FINDING_ROWS]
            at = int(np.searchsorted(keys, key))
            while at < len(keys) and keys[at] == key:
                yield first + int(self._rows[first + at])
                at += 1

    def _array(self, column: _ColumnHeading) -> NDArray[np.generic]:
        count = int(np.prod(column.shape))
        start = self._heading.data_start + column.start
        return np.frombuffer(self._content, np.dtype(column.dtype), count, start).reshape(column.shape)


def _finding(keys: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    sorted_keys, sorted_rows = np.empty(len(keys), "<u4"), np.empty(len(keys), "<u2")
    for first in range(0, len(keys), FINDING_ROWS):
        part = slice(first, first + FINDING_ROWS)
        order = np.argsort(keys[part], kind="stable")
        sorted_keys[part], sorted_rows[part] = keys[part][order], order
    return sorted_keys, sorted_rows


def _aligned(position: int) -> int:
    return -(-position // _ALIGNMENT) * _ALIGNMENT


def _read_heading(path: Path) -> tuple[mmap.mmap, _Heading]:
    size = path.stat().st_size
    if size < _HEADER.size:
        raise SegmentError(f"{path.name} has {size} bytes")
    with path.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)  # or the columns would be read ahead, of every hour
        magic, length, checksum = _HEADER.unpack(os.pread(file.fileno(), _HEADER.size, 0))
        head = os.pread(file.fileno(), min(length, size), _HEADER.size)
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if magic != _MAGIC or zlib.crc32(head) != checksum:
        raise SegmentError(f"{path.name}: the heading is damaged or of another version")
    try:
        heading = msgspec.msgpack.decode(head, type=_Heading)
    except msgspec.MsgspecError as error:
        raise SegmentError(f"{path.name}: the heading is of another version: {error}") from None
    for column in heading.columns:
        end = heading.data_start + column.start + int(np.prod(column.shape)) * np.dtype(column.dtype).itemsize
        if end > size:
            raise SegmentError(f"{path.name}: column {column.name} ends after the file")
    if {column.name: column.dtype for column in heading.columns} != _TYPES or heading.columns[0].shape[0] != CODES:
        raise SegmentError(f"{path.name}: the columns are those of another version")
    return content, heading
