"""A sealed hour: columns sorted by camera in one checksummed file, the whole sightings in a record file beside it.

``.columns``: ``QSC1``, the length and CRC-32 of the heading (u32 each), the heading (MessagePack), then each column,
starting at a multiple of 64 bytes, with a CRC-32 of its own in the heading. The columns file is written last: a segment
without it was never sealed. If it is damaged, the records make it anew.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from devices.protocol.sightings import Sighting
from hub.sightings.columns import COLUMN_NAMES, Columns, Table, columns_of
from hub.sightings.records import RecordError, RecordFile
from hub.sightings.rows import ROW, Rows, key_of

_MAGIC = b"QSC1"
_HEADER = struct.Struct("<4sII")
_ALIGNMENT = 64


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


def write_columns(path: Path, hour: int, rows: Rows, cameras: tuple[str, ...], describers: tuple[str, ...]) -> None:
    """Seal rows, already sorted by camera, at ``path``: whole and on the disk, or not there at all. Raises OSError."""
    columns = columns_of(rows)
    arrays = [np.ascontiguousarray(getattr(columns, name)) for name in COLUMN_NAMES]
    headings, start = [], 0
    for name, array in zip(COLUMN_NAMES, arrays, strict=True):
        content = array.tobytes()
        headings.append(_ColumnHeading(name, array.dtype.str, array.shape, start, zlib.crc32(content)))
        start = _aligned(start + len(content))
    heading = _Heading(hour, len(rows), int(rows["ended_ms"].max()), cameras, describers, 0, tuple(headings))
    data_start = _aligned(_HEADER.size + len(msgspec.msgpack.encode(heading)) + 16)
    head = msgspec.msgpack.encode(msgspec.structs.replace(heading, data_start=data_start))
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(_HEADER.pack(_MAGIC, len(head), zlib.crc32(head)) + head)
        for column, array in zip(headings, arrays, strict=True):
            file.seek(data_start + column.start)
            file.write(array.tobytes())
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_folder(path.parent)


class Segment:
    """A sealed hour, opened: checked once, then mapped into memory for as long as somebody reads it."""

    def __init__(self, columns_path: Path, records_path: Path) -> None:
        """Raises SegmentError when the columns are damaged or no longer fit the records."""
        self.columns_path, self.records_path = columns_path, records_path
        heading, columns = _read_columns(columns_path)
        self.hour, self.latest_end_ms = heading.hour, heading.latest_end_ms
        self._records = RecordFile(records_path)
        self._order = np.argsort(columns.key, kind="stable")
        self._keys = columns.key[self._order]
        self._heading, self._columns = heading, columns
        self._dead: frozenset[int] = frozenset()
        self._table = self._make_table()

    @property
    def table(self) -> Table:
        """What a search sees now."""
        return self._table

    @property
    def bytes_on_disk(self) -> int:
        return self.columns_path.stat().st_size + self._records.size

    def find(self, sighting_id: str) -> tuple[int, Sighting] | None:
        """The row and the sighting of this id, or None; a row that was replaced is not found."""
        key = np.uint64(key_of(sighting_id))
        at = int(np.searchsorted(self._keys, key))
        while at < len(self._keys) and self._keys[at] == key:
            row = int(self._order[at])
            if row not in self._dead:
                try:
                    sighting = self._records.read(self._columns.place(row))
                except RecordError:
                    return None
                if sighting.sighting_id == sighting_id:
                    return row, sighting
            at += 1
        return None

    def replaced(self, row: int) -> None:
        """A later word on the row's sighting is in the open hour: searches pass over this row from now on."""
        self._dead = self._dead | {row}
        self._table = self._make_table()

    def close(self) -> None:
        self._records.close()

    def _make_table(self) -> Table:
        alive = None
        if self._dead:
            alive = np.ones(len(self._columns), np.bool_)
            alive[list(self._dead)] = False
        heading = self._heading
        return Table(self.hour, heading.cameras, heading.describers, self._columns, alive, True, self._records)


def sync_folder(folder: Path) -> None:
    """Return when renames and removals in the folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _aligned(position: int) -> int:
    return -(-position // _ALIGNMENT) * _ALIGNMENT


def _read_columns(path: Path) -> tuple[_Heading, Columns]:
    size = path.stat().st_size
    if size < _HEADER.size:
        raise SegmentError(f"{path.name} has {size} bytes")
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    magic, length, checksum = _HEADER.unpack_from(content)
    head = content[_HEADER.size : _HEADER.size + length]
    if magic != _MAGIC or zlib.crc32(head) != checksum:
        raise SegmentError(f"{path.name}: the heading is damaged")
    try:
        heading = msgspec.msgpack.decode(head, type=_Heading)
    except msgspec.MsgspecError as error:
        raise SegmentError(f"{path.name}: the heading is of another version: {error}") from None
    arrays: dict[str, Any] = {}
    for column in heading.columns:
        dtype = np.dtype(column.dtype)
        start, count = heading.data_start + column.start, int(np.prod(column.shape))
        if start + count * dtype.itemsize > size:
            raise SegmentError(f"{path.name}: column {column.name} ends after the file")
        stored = memoryview(content)[start : start + count * dtype.itemsize]
        if zlib.crc32(stored) != column.checksum:
            raise SegmentError(f"{path.name}: column {column.name} is damaged")
        arrays[column.name] = np.frombuffer(content, dtype, count, start).reshape(column.shape)
    if set(arrays) != set(COLUMN_NAMES) or any(arrays[name].dtype != ROW[name].base for name in COLUMN_NAMES):
        raise SegmentError(f"{path.name}: the columns are those of another version")
    return heading, Columns(**arrays)
