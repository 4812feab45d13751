"""Whole sightings in a file, one after the other, each checked: what survives a kill in the middle of a write.

A record is ``QSR1``, the length and CRC-32 of its content (u32 each, little-endian), then the sighting as it came over
the wire. Reading skips damaged bytes to the next record that checks.
"""

from __future__ import annotations

import mmap
import os
import struct
import weakref
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from devices.protocol.messages import DecodeError, decode, encode
from devices.protocol.sightings import Sighting

_MAGIC = b"QSR1"
_HEADER = struct.Struct("<4sII")
HEADER_BYTES = _HEADER.size


class Place(NamedTuple):
    """Where a record lies in its file: first byte of the header, length of header and content."""

    start: int
    length: int


@dataclass(frozen=True)
class Found:
    """One sighting read back from a file."""

    place: Place
    sighting: Sighting


class RecordError(ValueError):
    """Bytes that are not a whole record; says where."""


def record_bytes(sighting: Sighting) -> bytes:
    """A sighting as one record."""
    content = encode(sighting)
    return _HEADER.pack(_MAGIC, len(content), zlib.crc32(content)) + content


def parse_record(record: bytes) -> Sighting:
    """The sighting in one record. Raises RecordError."""
    if len(record) < HEADER_BYTES:
        raise RecordError(f"{len(record)} bytes are too few for a record")
    magic, length, checksum = _HEADER.unpack_from(record)
    content = record[HEADER_BYTES:]
    if magic != _MAGIC or length != len(content) or zlib.crc32(content) != checksum:
        raise RecordError("the record's checksum does not fit its content")
    try:
        return decode(content, Sighting)
    except DecodeError as error:
        raise RecordError(f"the record holds no sighting: {error}") from None


def read_all(path: Path) -> Iterator[Found]:
    """Every good record of a file in order; damaged stretches are skipped."""
    size = path.stat().st_size
    if size < HEADER_BYTES:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content.find(_MAGIC)
        while start >= 0 and start + HEADER_BYTES <= size:
            length = HEADER_BYTES + int(_HEADER.unpack_from(content, start)[1])
            try:
                sighting = parse_record(content[start : start + length])
            except RecordError:
                start = content.find(_MAGIC, start + 1)
                continue
            yield Found(Place(start, length), sighting)
            start = content.find(_MAGIC, start + length)


class RecordFile:
    """An open record file that many threads may read while one appends."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        flags = os.O_RDWR | os.O_CREAT if create else os.O_RDONLY
        self._descriptor = os.open(path, flags, 0o600)
        self._close = weakref.finalize(self, os.close, self._descriptor)
        self.size = os.fstat(self._descriptor).st_size

    def read(self, place: Place) -> Sighting:
        """The sighting at ``place``. Raises RecordError when the disk has not kept it."""
        return parse_record(os.pread(self._descriptor, place.length, place.start))

    def append(self, sighting: Sighting) -> Place:
        """Write one record at the end; durable after ``sync``. Raises OSError (disk full), keeping what was there."""
        record = record_bytes(sighting)
        written = 0
        try:
            while written < len(record):
                written += os.pwrite(self._descriptor, record[written:], self.size + written)
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            raise
        place = Place(self.size, len(record))
        self.size += len(record)
        return place

    def cut(self, size: int) -> None:
        """Drop what lies after ``size`` bytes: the torn end that a kill left."""
        os.ftruncate(self._descriptor, size)
        self.size = size

    def sync(self) -> None:
        """Return when everything written is on the disk."""
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Close now; otherwise it closes itself once no search reads it any more."""
        self._close()
