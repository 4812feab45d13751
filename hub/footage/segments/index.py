"""A segment's index: 24 bytes for each fragment, written after it, made anew from the file at any time."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ENTRY = struct.Struct(">qQII")
_KEY = 0x8000_0000
_MOST_LEAP_US = 15_000_000
"""Between a fragment's end and the next: a stream that leaps 5 s begins another segment."""
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


class Index:
    """The entries of one segment, taken apart where they are looked at: an hour has thousands."""

    def __init__(self, data: bytes) -> None:
        """What is left of a last entry that was cut off is passed over."""
        self._data = data
        self._count = len(data) // ENTRY.size

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Index:
        return cls(b"".join([entry.encode() for entry in entries]))

    @classmethod
    def read(cls, file: Path) -> Index:
        """From its file. Raises OSError."""
        with file.open("rb") as opened:
            return cls(opened.read(MOST_BYTES))

    @property
    def data(self) -> bytes:
        return self._data

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> Entry:
        if not -self._count <= number < self._count:
            raise IndexError(number)
        wall_us, offset, size, duration = ENTRY.unpack_from(self._data, number % self._count * ENTRY.size)
        return Entry(wall_us, offset, size, duration & (_KEY - 1), bool(duration & _KEY))

    def key_before(self, at_us: int) -> int:
        """The number of the last entry that begins with a key picture at or before ``at_us``; else of the first."""
        number = bisect_right(range(self._count), at_us, key=lambda one: self[one].wall_us) - 1
        while number > 0 and not self[number].key:
            number -= 1
        return max(number, 0)

    def reaches_us(self) -> int | None:
        """Until when its last fragment lasts; None when it is empty."""
        return self[-1].end_us if self._count else None

    def sound(self, head_bytes: int, file_bytes: int) -> int:
        """How many entries from the first on can be those of a file: without a hole, in order, not past its end."""
        at = head_bytes
        until_us: int | None = None
        for number in range(self._count):
            entry = self[number]
            after = entry.offset + entry.size
            follows = until_us is None or abs(entry.wall_us - until_us) <= _MOST_LEAP_US
            if entry.offset != at or entry.size == 0 or after > file_bytes or not follows:
                return number
            at, until_us = after, entry.end_us
        return self._count

    def first(self, count: int) -> list[Entry]:
        """That many entries."""
        return [self[number] for number in range(count)]
