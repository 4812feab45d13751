"""Mends segments that were being written when the recorder was killed or the power went.

Such a segment lies in one of a camera's last days. A file that was never closed in an older folder (a mend that failed,
a clock that was wrong) stays as it is: it is read like one that is being written, and goes when its time is up.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from hub.footage.segments.decoder_setup import NoSetup
from hub.footage.segments.files import name_closed, remove, write_all
from hub.footage.segments.fragment import NotAFragment
from hub.footage.segments.head import Head
from hub.footage.segments.index import Entry, Index
from hub.footage.segments.listing import SegmentFile, cameras_in, days_in, left_open
from hub.footage.segments.names import camera_folder, index_of
from hub.footage.segments.scanning import Scanned, fragment_at, head_at, next_fragment, scan

_LAST_DAYS = 3
"""Today, yesterday where it was midnight, and one more for a folder of a clock that was ahead."""
_log = structlog.get_logger()


@dataclass
class Mended:
    """What was done. ``unreadable``: segments with pictures that stay as they are because their head does not read."""

    closed: int = 0
    removed: int = 0
    bytes_cut: int = 0
    unreadable: list[Path] = field(default_factory=list)
    failed: list[Path] = field(default_factory=list)


def mend(footage_dir: Path) -> Mended:
    """Close every segment that was left open, before anything is recorded anew; what was whole stays.

    A file that the disk will not let be mended is told and left, so that the other cameras are recorded. Raises OSError
    where the folder itself cannot be listed.
    """
    mended = Mended()
    for camera_id in cameras_in(footage_dir):
        for day in days_in(camera_folder(footage_dir, camera_id))[-_LAST_DAYS:]:
            for segment in left_open(camera_folder(footage_dir, camera_id) / day):
                _try(segment, mended)
    if mended != Mended():
        _log.info(
            "footage.mended", closed=mended.closed, removed=mended.removed, bytes_cut=mended.bytes_cut,
            unreadable=len(mended.unreadable), failed=len(mended.failed),
        )  # fmt: skip
    return mended


def _try(segment: SegmentFile, mended: Mended) -> None:
    try:
        _mend_one(segment, mended)
    except OSError as error:
        mended.failed.append(segment.path)
        _log.error("footage.not_mended", file=str(segment.path), error=str(error))


def _mend_one(segment: SegmentFile, mended: Mended) -> None:
    descriptor = os.open(segment.path, os.O_RDWR | os.O_CLOEXEC)
    try:
        try:
            head = head_at(descriptor)
        except NoSetup as error:
            if next_fragment(descriptor, 0, os.fstat(descriptor).st_size) is not None:
                mended.unreadable.append(segment.path)
                _log.error("footage.head_unreadable", file=str(segment.path), reason=str(error))
                return
            found = None
        else:
            found = scan(descriptor, head, _known(descriptor, head, segment.path))
            mended.bytes_cut += os.fstat(descriptor).st_size - found.end
            _make_whole(descriptor, found)
    finally:
        os.close(descriptor)
    if found is None or not found.entries:
        remove(segment.path)
        mended.removed += 1
        return
    write_index(index_of(segment.path), found.entries)
    name_closed(segment.path, segment.start_us, found.end_us)
    mended.closed += 1


def _known(descriptor: int, head: Head, path: Path) -> list[Entry]:
    """The entries that the index is right about, so that an hour's file need not be walked from its beginning."""
    try:
        index = Index.read(index_of(path))
    except OSError:
        return []
    known = index.first(index.sound(head.size, os.fstat(descriptor).st_size))
    for entry in known[:1] + known[-1:]:
        try:
            fragment, _ = fragment_at(descriptor, entry.offset)
        except NotAFragment:
            return []
        if fragment.size != entry.size:
            return []
    return known


def _make_whole(descriptor: int, found: Scanned) -> None:
    """Cut the file off behind its last fragment; players pass over what does not read before it."""
    for hole in found.holes:
        os.pwrite(descriptor, struct.pack(">I4s", hole.end - hole.start, b"free"), hole.start)
    os.ftruncate(descriptor, found.end)
    os.fsync(descriptor)


def write_index(file: Path, entries: list[Entry]) -> None:
    """Make an index anew. Raises OSError."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        write_all(descriptor, Index.of(entries).data)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
