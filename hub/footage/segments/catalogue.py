"""What is recorded, and where: by the names of files and by one index, so that a moment in a month is found at once.

All calls block and look at the disk anew; no more than the folders of the days asked for is listed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.footage.coded import Form
from hub.footage.segments.decoder_setup import NoSetup
from hub.footage.segments.index import Index
from hub.footage.segments.listing import SegmentFile, cameras_in, days_in, list_day
from hub.footage.segments.names import DAY_US, camera_folder, day_of, day_start_us, index_of, is_camera_id
from hub.footage.segments.scanning import head_at, scan

GAP_US = 1_000_000
"""Segments further apart have a gap between them; a slow camera brings a picture a second."""


@dataclass(frozen=True)
class Span:
    """A segment: footage without a break. ``start_us`` and ``end_us`` are outer bounds, to the millisecond.

    ``is_open``: it is being written, and reaches as far as its last fragment on disk.
    """

    start_us: int
    end_us: int
    path: Path
    is_open: bool

    @property
    def form(self) -> Form:
        """The form of its pictures, read from its head. Raises OSError and NoSetup."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return head_at(descriptor).form
        finally:
            os.close(descriptor)


@dataclass(frozen=True)
class Place:
    """Where to begin reading: a fragment that begins with a key picture, at ``wall_us``."""

    span: Span
    wall_us: int
    offset: int
    size: int


class Catalogue:
    """The footage below one folder."""

    def __init__(self, footage_dir: Path) -> None:
        self._footage_dir = footage_dir

    def cameras(self) -> list[str]:
        """The cameras of which there is footage, or was. Raises OSError."""
        return cameras_in(self._footage_dir)

    def days(self, camera_id: str) -> list[str]:
        """The days (UTC) with footage, as ``2026-11-22``, the oldest first. Raises OSError."""
        camera = self._camera(camera_id)
        return [] if camera is None else days_in(camera)

    def spans(self, camera_id: str, from_us: int, to_us: int) -> list[Span]:
        """The segments that reach into this time, in order; [] where there are none. Raises OSError."""
        camera = self._camera(camera_id)
        if camera is None or from_us >= to_us:
            return []
        spans: list[Span] = []
        for day in _days_between(camera, from_us - DAY_US, to_us):  # one of the day before may reach past midnight
            for segment in list_day(camera / day).segments:
                if segment.start_us < to_us and (segment.end_us is None or segment.end_us > from_us):
                    spans.extend(span for span in _spans_of(segment) if span.end_us > from_us)
        return spans

    def place(self, camera_id: str, at_us: int) -> Place | None:
        """Where the picture of that moment is to be decoded from; None where nothing is recorded. Raises OSError."""
        for span in reversed(self.spans(camera_id, at_us, at_us + 1)):
            index = index_for(span)
            if len(index):
                entry = index[index.key_before(at_us)]
                return Place(span, entry.wall_us, entry.offset, entry.size)
        return None

    def next_start_us(self, camera_id: str, at_us: int) -> int | None:
        """When the first segment begins that begins at ``at_us`` or later. Raises OSError."""
        for day in self.days(camera_id):
            if (day_start_us(day) or 0) + DAY_US <= at_us:
                continue
            for segment in list_day(camera_folder(self._footage_dir, camera_id) / day).segments:
                if segment.start_us >= at_us and _spans_of(segment):
                    return segment.start_us
        return None

    def _camera(self, camera_id: str) -> Path | None:
        """Its folder; None for what no camera is called."""
        return camera_folder(self._footage_dir, camera_id) if is_camera_id(camera_id) else None


def gaps(spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Start and end of the times between segments in which nothing is recorded."""
    until_us: int | None = None
    for span in spans:
        if until_us is not None and span.start_us - until_us > GAP_US:
            yield until_us, span.start_us
        until_us = span.end_us if until_us is None else max(until_us, span.end_us)


def index_for(span: Span) -> Index:
    """A segment's index, made from its file where the one beside it is missing or too short. Raises OSError."""
    try:
        index = Index.read(index_of(span.path))
    except FileNotFoundError:
        index = Index(b"")
    descriptor = os.open(span.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        last = index[-1] if len(index) else None
        size = os.fstat(descriptor).st_size
        if last is not None and (last.offset + last.size == size or (span.is_open and last.offset + last.size < size)):
            return index
        if span.is_open and last is None:
            return index
        head = head_at(descriptor)
        return Index.of(scan(descriptor, head, index.first(index.sound(head.size, size))).entries)
    except NoSetup:
        return Index(b"")
    finally:
        os.close(descriptor)


def _spans_of(segment: SegmentFile) -> list[Span]:
    """The segment; none where it has just been begun, or gone."""
    if segment.end_us is not None:
        return [Span(segment.start_us, segment.end_us, segment.path, is_open=False)]
    try:
        end_us = Index.read(index_of(segment.path)).reaches_us()
    except FileNotFoundError:  # it was closed or deleted a moment ago
        return []
    return [] if end_us is None else [Span(segment.start_us, end_us, segment.path, is_open=True)]


def _days_between(camera: Path, from_us: int, to_us: int) -> list[str]:
    days = (to_us - 1) // DAY_US - from_us // DAY_US + 1
    if days > 3:
        first, last = day_of(from_us), day_of(to_us - 1)
        return [day for day in days_in(camera) if first <= day <= last]
    return [day_of(from_us + number * DAY_US) for number in range(days)]
