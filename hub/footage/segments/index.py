"""A segment's index: 24 bytes for each fragment, written after it, made anew from the file at any time."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ENTRY = struct.Struct(">qQII")
_KEY = 0x8000_0000
MOST_BYTES = 4 * 1024 * 1024
"""Of an index that is read: two days of fragments; a segment lasts an hour."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fragment: when its first picture in decoding order was taken, where it lies, how long it lasts."""

    wall_us: int
    offset: int
    size: int
    duration_ms: int
    key: bool

    @property
    def end_us(self) -> int:
        return self.wall_us + self.duration_ms * 1000

    def encode(self) -> bytes:
        flags = _KEY if self.key else 0
        return ENTRY.pack(self.wall_us, self.offset, self.size, min(self.duration_ms, _KEY - 1) | flags)


def decode(data: bytes) -> list[Entry]:
    """The entries in an index's bytes; what is left of a last one that was cut off is passed over."""
    whole = len(data) - len(data) % ENTRY.size
    return [
        Entry(wall_us, offset, size, duration & (_KEY - 1), bool(duration & _KEY))
        for wall_us, offset, size, duration in ENTRY.iter_unpack(data[:whole])
    ]


def read_index(file: Path) -> list[Entry]:
    """Its entries. Raises OSError."""
    with file.open("rb") as opened:
        return decode(opened.read(MOST_BYTES))


def fits(entries: Sequence[Entry], head_bytes: int, file_bytes: int) -> bool:
    """Whether the entries can be those of a file: one after the other, from its head on and not past its end."""
    at = head_bytes
    for entry in entries:
        if entry.offset < at or entry.size == 0:
            return False
        at = entry.offset + entry.size
    return at <= file_bytes
