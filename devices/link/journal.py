"""An append-only file of records that survives a crash in the middle of a write.

Each record is its length and the CRC-32 of its bytes, both 32 bits big-endian, then the bytes. Reading stops at the
first record that is cut short or does not match its sum, and the file is cut there, so that what follows is readable.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from devices.link.refusals import Refusal, Refusals

_HEAD = struct.Struct("!II")


class Journal:
    """One journal file; the directory must exist. Not safe for two writers at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file_descriptor: int | None = None
        self.damaged_bytes = 0
        self.size_bytes = 0

    def open(self) -> list[bytes]:
        """Open for appending and return the records in the file; ``damaged_bytes`` were cut off. Raises OSError."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        content = self._path.read_bytes()
        records, good_bytes = parse(content)
        self.damaged_bytes = len(content) - good_bytes
        if self.damaged_bytes:
            os.ftruncate(descriptor, good_bytes)
        self.size_bytes = good_bytes
        self._file_descriptor = descriptor
        return records

    def append(self, *records: bytes) -> None:
        """Hand the records to the operating system: they survive the program, not yet a power cut. Raises OSError."""
        assert self._file_descriptor is not None, "open() first"
        data = b"".join(_HEAD.pack(len(record), zlib.crc32(record)) + record for record in records)
        written = os.write(self._file_descriptor, data)
        if written != len(data):
            os.ftruncate(self._file_descriptor, self.size_bytes)
            raise OSError(f"{self._path}: the disk took {written} of {len(data)} bytes")
        self.size_bytes += len(data)

    def syncing(self) -> Callable[[], None]:
        """What forces the appended records to the disk: milliseconds of waiting, so run it in a thread, once.

        It holds the file by a descriptor of its own, so ``rewrite`` and ``close`` may happen meanwhile. Raises OSError.
        """
        assert self._file_descriptor is not None, "open() first"
        descriptor = os.dup(self._file_descriptor)

        def sync() -> None:
            try:
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)

        return sync

    def rewrite(self, records: list[bytes]) -> None:
        """Replace the whole content at once: a crash leaves the old or the new. Raises OSError."""
        fresh = Journal(self._path.with_suffix(".new"))
        fresh._path.unlink(missing_ok=True)
        fresh.open()
        fresh.append(*records)
        fresh.syncing()()
        fresh._path.replace(self._path)
        self.close()
        self._file_descriptor = fresh._file_descriptor
        self.size_bytes = fresh.size_bytes

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._file_descriptor is not None:
            os.close(self._file_descriptor)
            self._file_descriptor = None


def parse(content: bytes) -> tuple[list[bytes], int]:
    """The whole records at the start of ``content``, and how many bytes they take."""
    records = []
    at = 0
    while at + _HEAD.size <= len(content):
        length, checksum = _HEAD.unpack_from(content, at)
        record = content[at + _HEAD.size : at + _HEAD.size + length]
        if length == 0 or len(record) != length or zlib.crc32(record) != checksum:
            break
        records.append(record)
        at += _HEAD.size + length
    return records, at


def open_journal(path: Path, refusals: Refusals) -> tuple[Journal | None, list[bytes]]:
    """The journal at ``path`` and its records; what is damaged or cannot be opened is counted, and stops no device.

    Without a journal its owner goes on in memory alone.
    """
    journal = Journal(path)
    try:
        records = journal.open()
    except OSError as error:
        refusals.add(Refusal.STORE_FAILED, str(error))
        return None, []
    if journal.damaged_bytes:
        refusals.add(Refusal.STORE_DAMAGED, f"{path}: cut off {journal.damaged_bytes} bytes at the end")
    return journal, records
