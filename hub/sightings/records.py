"""Whole sightings in a file, one after the other, each checked: what survives a kill in the middle of a write.

A record is ``QSR2``, the lengths and CRC-32s of its two parts (u32 each, little-endian: head's length, rest's length,
head's check, rest's check), then the parts. It starts at a multiple of ALIGNMENT. The head is the sighting as it came
over the wire, but for path, picture and stripes, which are the rest: a list of hits reads heads alone. Reading skips
damaged bytes to the next record that checks. ``QSR1``, one part with one length and check, was written before: read_all
reads it, so that ``renew`` can write it anew.
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

import msgspec

from devices.protocol.messages import DecodeError, Message, decode, encode
from devices.protocol.sightings import BoxAt, Sighting, Stripes

ALIGNMENT = 16
"""Every record starts at a multiple of this, so that four bytes say where, up to 64 GB into an hour."""

_COMMON = b"QSR"
_HEADER = struct.Struct("<4sIIII")
_OLD_HEADER = struct.Struct("<4sII")
_MAGIC, _OLD_MAGIC = b"QSR2", b"QSR1"
_USUAL_HEAD = 1536
"""Bytes read at first: nearly every head ends within."""


class _Rest(Message, frozen=True, kw_only=True):
    path: tuple[BoxAt, ...]
    picture_jpeg: bytes
    stripes: Stripes | None = None
    """None in records of before."""


class _Extent(NamedTuple):
    """Of a record, from its start: where its head begins, its rest begins and ends; their checks."""

    head: int
    rest: int
    end: int
    head_check: int
    rest_check: int


@dataclass(frozen=True)
class Found:
    """One sighting read back from a file: where the record starts, and how many bytes it takes."""

    start: int
    length: int
    sighting: Sighting


class RecordError(ValueError):
    """Bytes that are not a whole record; says why."""


def parted(sighting: Sighting) -> tuple[bytes, bytes]:
    """Head and rest of a sighting."""
    head = encode(msgspec.structs.replace(sighting, path=(), picture_jpeg=b"", stripes=None))
    return head, encode(_Rest(path=sighting.path, picture_jpeg=sighting.picture_jpeg, stripes=sighting.stripes))


def joined(head: Sighting, rest: bytes) -> Sighting:
    """The whole sighting of which ``parted`` made these. Raises RecordError."""
    try:
        found = decode(rest, _Rest)
    except DecodeError as error:
        raise RecordError(f"the record holds no path, picture and stripes: {error}") from None
    return msgspec.structs.replace(head, path=found.path, picture_jpeg=found.picture_jpeg, stripes=found.stripes)


def record_bytes(sighting: Sighting) -> bytes:
    """A sighting as one record."""
    head, rest = parted(sighting)
    return _HEADER.pack(_MAGIC, len(head), len(rest), zlib.crc32(head), zlib.crc32(rest)) + head + rest


def parse_record(record: bytes) -> Sighting:
    """The sighting in one record. Raises RecordError."""
    extent = _extent(record)
    sighting = _head(record, extent)
    if extent.rest == extent.end:
        return sighting
    content = record[extent.rest : extent.end]
    if len(content) != extent.end - extent.rest or zlib.crc32(content) != extent.rest_check:
        raise RecordError("the checksum of path, picture and stripes does not fit them")
    return joined(sighting, content)


def read_all(path: Path) -> Iterator[Found]:
    """Every good record of a file in order; damaged stretches are skipped."""
    size = path.stat().st_size
    if size < _OLD_HEADER.size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content.find(_COMMON)
        while start >= 0:
            try:
                length = _extent(content[start : start + _HEADER.size]).end
                sighting = parse_record(content[start : start + length])
            except RecordError:
                start = content.find(_COMMON, start + 1)
                continue
            yield Found(start, length, sighting)
            start = content.find(_COMMON, start + length)


def renew(path: Path) -> None:
    """Write a file of the former form anew, in the same order; one of today's stays as it is. Raises OSError."""
    with path.open("rb") as file:
        if file.read(len(_OLD_MAGIC)) != _OLD_MAGIC:
            return
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    renewed = RecordFile(part, create=True)
    for found in read_all(path):
        renewed.append(found.sighting)
    renewed.sync()
    renewed.close()
    part.replace(path)


class RecordFile:
    """An open record file that many threads may read while one appends."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        flags = os.O_RDWR | os.O_CREAT if create else os.O_RDONLY
        self._descriptor = os.open(path, flags, 0o600)
        self._close = weakref.finalize(self, os.close, self._descriptor)
        os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_RANDOM)  # a hit is one page, not the 128 KB around it
        self.size = os.fstat(self._descriptor).st_size

    def read(self, start: int) -> Sighting:
        """The sighting whose record starts there. Raises RecordError when the disk has not kept it."""
        return parse_record(self._bytes(start, _extent(os.pread(self._descriptor, _HEADER.size, start)).end))

    def foresee(self, start: int) -> None:
        """Have the disk fetch a head that is read soon: those of a list come together instead of one after another."""
        os.posix_fadvise(self._descriptor, start, _USUAL_HEAD, os.POSIX_FADV_WILLNEED)

    def head(self, start: int) -> Sighting:
        """The sighting without path, picture and stripes. Raises RecordError when the disk has not kept it."""
        found = os.pread(self._descriptor, _USUAL_HEAD, start)
        extent = _extent(found)
        if len(found) < extent.rest:
            found = self._bytes(start, extent.rest)
        return _head(found, extent)

    def append(self, sighting: Sighting) -> int:
        """Write one record at the end; returns its start. Durable after ``sync``.

        Raises OSError (disk full), keeping what was there.
        """
        return self._append(record_bytes(sighting))

    def copy(self, source: RecordFile, start: int) -> int:
        """Write another file's record at the end as it is; returns its start. Raises RecordError and OSError."""
        header = os.pread(source._descriptor, _HEADER.size, start)
        record = source._bytes(start, _extent(header).end)
        _head_bytes(record, _extent(header))
        return self._append(record)

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

    def _bytes(self, start: int, length: int) -> bytes:
        if start + length > self.size:
            raise RecordError(f"the record would end {start + length - self.size} bytes after its file")
        return os.pread(self._descriptor, length, start)

    def _append(self, record: bytes) -> int:
        start = self.size + -self.size % ALIGNMENT
        written = 0
        try:
            while written < len(record):
                written += os.pwrite(self._descriptor, record[written:], start + written)
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            raise
        self.size = start + len(record)
        return start


def _extent(record: bytes) -> _Extent:
    if record[:4] == _MAGIC and len(record) >= _HEADER.size:
        _, head, rest, head_check, rest_check = _HEADER.unpack_from(record)
        start = _HEADER.size
        return _Extent(start, start + head, start + head + rest, head_check, rest_check)
    if record[:4] == _OLD_MAGIC and len(record) >= _OLD_HEADER.size:
        _, length, checksum = _OLD_HEADER.unpack_from(record)
        end = _OLD_HEADER.size + length
        return _Extent(_OLD_HEADER.size, end, end, checksum, 0)
    raise RecordError(f"{len(record)} bytes do not begin as a record does")


def _head_bytes(record: bytes, extent: _Extent) -> bytes:
    content = record[extent.head : extent.rest]
    if len(content) != extent.rest - extent.head or zlib.crc32(content) != extent.head_check:
        raise RecordError("the checksum of the record's head does not fit")
    return content


def _head(record: bytes, extent: _Extent) -> Sighting:
    try:
        return decode(_head_bytes(record, extent), Sighting)
    except DecodeError as error:
        raise RecordError(f"the record holds no sighting: {error}") from None
