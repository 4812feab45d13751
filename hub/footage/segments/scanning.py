"""Finds the fragments of a segment's file by its boxes, without its index, even past a place that does not read."""

from __future__ import annotations

import mmap
import os
from collections.abc import Sequence
from dataclasses import dataclass

from hub.footage.coded import Coding
from hub.footage.segments.boxes import HEAD_BYTES, head
from hub.footage.segments.fragment import Fragment, NotAFragment, read_fragment
from hub.footage.segments.head import MOST_BYTES, Head, read_head
from hub.footage.segments.index import Entry
from hub.footage.segments.nal import NotUnits, units_kept

_MOST_MOOF_BYTES = 1024 * 1024
_MOST_OFFSET = 2**48
_JPEG_END = b"\xff\xd9"
_MOST_MEDIA_BYTES = 64 * 1024 * 1024
"""Of a fragment; the writer ends one at 8 MiB, or with one picture more."""


@dataclass(frozen=True)
class Hole:
    """Bytes between two fragments that are no fragment."""

    start: int
    end: int


@dataclass(frozen=True)
class Scanned:
    """The fragments of a file in order, where the last ends in the file, and until when its pictures last."""

    entries: list[Entry]
    holes: list[Hole]
    end: int
    end_us: int


def head_at(descriptor: int) -> Head:
    """The head of a segment's file. Raises OSError, and NoSetup where it does not read."""
    return read_head(os.pread(descriptor, MOST_BYTES, 0))


def fragment_at(descriptor: int, offset: int) -> tuple[Fragment, bytes]:
    """The fragment at ``offset`` and its boxes, without its media data. Raises OSError and NotAFragment."""
    if offset > _MOST_OFFSET:
        raise NotAFragment("an offset past the end of any file")
    found = head(os.pread(descriptor, HEAD_BYTES, offset))
    if found is None or found[1] != b"moof" or found[0] > _MOST_MOOF_BYTES:
        raise NotAFragment("no movie fragment begins here")
    data = os.pread(descriptor, found[0] + HEAD_BYTES, offset)
    fragment = read_fragment(data)
    if fragment.size > _MOST_MEDIA_BYTES:
        raise NotAFragment(f"a fragment of {fragment.size} bytes")
    return fragment, data


def entry_of(fragment: Fragment, head: Head, offset: int) -> Entry:
    """A fragment's entry in the index."""
    first = fragment.samples[0]
    wall_us = head.zero_us - head.delay_us + fragment.decode_us + first.shift_us
    duration_us = sum(sample.duration_us for sample in fragment.samples)
    return Entry(wall_us, offset, fragment.size, -(-duration_us // 1000), first.key)


def scan(descriptor: int, head: Head, known: Sequence[Entry]) -> Scanned:
    """All whole fragments of a file. ``known``: entries of the first ones, whose last is looked at again.

    The last fragment counts only with whole pictures: a file may have its length before its content. Raises OSError.
    """
    size = os.fstat(descriptor).st_size
    entries = list(known[:-1])
    at = known[-1].offset if known else head.size
    holes: list[Hole] = []
    number = -1
    end_us = head.zero_us
    last: Fragment | None = None
    while at < size:
        try:
            fragment, _ = fragment_at(descriptor, at)
            if at + fragment.size > size or fragment.number <= number:
                raise NotAFragment("a fragment that is not whole, or out of its place")
        except NotAFragment:
            found = next_fragment(descriptor, at + HEAD_BYTES, size, number)
            if found is None:
                break
            holes.append(Hole(at, found))
            at = found
            continue
        number, last = fragment.number, fragment
        entries.append(entry_of(fragment, head, at))
        at += fragment.size
    if last is not None and not _is_whole(descriptor, last, entries[-1].offset, head):
        entries.pop()
    while entries:
        try:
            end_us = reaches_us(fragment_at(descriptor, entries[-1].offset)[0], head)
            break
        except NotAFragment:  # it was known, and does not read any more
            entries.pop()
    end = entries[-1].offset + entries[-1].size if entries else head.size
    return Scanned(entries, [hole for hole in holes if hole.end < end], end, end_us)


def reaches_us(fragment: Fragment, head: Head) -> int:
    """Until when its pictures last."""
    at_us = head.zero_us - head.delay_us + fragment.decode_us
    latest_us = 0
    for sample in fragment.samples:
        latest_us = max(latest_us, at_us + sample.shift_us + sample.duration_us)
        at_us += sample.duration_us
    return latest_us


def next_fragment(descriptor: int, start: int, size: int, number: int = -1) -> int | None:
    """Where a whole fragment begins at or after ``start``, of a number above ``number``. Raises OSError."""
    if size == 0:
        return None
    with mmap.mmap(descriptor, size, prot=mmap.PROT_READ) as mapped:
        while (found := mapped.find(b"moof", start + 4)) >= 0:
            start = found - 4
            try:
                fragment, _ = fragment_at(descriptor, start)
            except NotAFragment:
                start += 1
                continue
            if start + fragment.size <= size and fragment.number > number:
                return start
            start += 1
    return None


def _is_whole(descriptor: int, fragment: Fragment, offset: int, head: Head) -> bool:
    """Whether its content is there: pages that were never written are zeros, with which no picture ends."""
    data = os.pread(descriptor, fragment.size - fragment.data_at, offset + fragment.data_at)
    at = 0
    for sample in fragment.samples:
        picture = data[at : at + sample.size]
        at += sample.size
        if head.form.coding is Coding.MJPEG:
            if not picture.rstrip(b"\0").endswith(_JPEG_END):
                return False
            continue
        try:
            if any(unit[-1] == 0 for unit in units_kept(picture)):
                return False
        except NotUnits:
            return False
    return True
