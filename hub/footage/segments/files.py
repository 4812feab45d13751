"""Making and ending the files of a segment so that their names outlast a power cut."""

from __future__ import annotations

import os
from pathlib import Path

from hub.footage.segments.names import INDEX, SEGMENT, camera_folder, closed_name, day_of, open_name
from hub.storage.files import sync_folder

_MOST_SAME = 100
"""Segments of one camera that would begin in one millisecond, as after a clock that was set back: the next are free."""


def open_new(footage_dir: Path, camera_id: str, start_us: int) -> tuple[int, int, Path, int]:
    """Make a segment's file and its index; returns their descriptors, the segment's path and the start in its name.

    All entries are on disk when this returns. Raises OSError, and ValueError as ``camera_folder``.
    """
    for number in range(_MOST_SAME):
        named_us = start_us + number * 1000
        day = camera_folder(footage_dir, camera_id) / day_of(named_us)
        try:
            day.mkdir(parents=True, exist_ok=True, mode=0o700)
            opened = _make(day, open_name(named_us))
        except FileNotFoundError:  # the folder was empty and has just been taken away
            continue
        if opened is not None:
            for folder in (day, day.parent, footage_dir):
                sync_folder(folder)
            return *opened, day / f"{open_name(named_us)}{SEGMENT}", named_us
    raise FileExistsError(f"{_MOST_SAME} segments of {camera_id} begin at {open_name(start_us)}")


def _make(day: Path, name: str) -> tuple[int, int] | None:
    """Descriptors of a segment and its index; None where one begins so already."""
    with os.scandir(day) as entries:
        if any(entry.name.partition(".")[0].partition("-")[0] == name for entry in entries):
            return None
    path = day / f"{name}{SEGMENT}"
    segment = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        return segment, os.open(day / f"{name}{INDEX}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError:
        os.close(segment)
        path.unlink(missing_ok=True)
        raise


def name_closed(path: Path, start_us: int, end_us: int) -> Path:
    """Give a segment, and first its index, the name of one to which nothing more comes. Raises OSError."""
    closed = path.with_name(f"{closed_name(start_us, end_us)}{SEGMENT}")
    path.with_suffix(INDEX).replace(closed.with_suffix(INDEX))
    path.rename(closed)
    sync_folder(path.parent)
    return closed


def remove(path: Path) -> None:
    """Delete a segment and its index. Raises OSError."""
    path.unlink(missing_ok=True)
    path.with_suffix(INDEX).unlink(missing_ok=True)


def write_all(descriptor: int, data: bytes) -> None:
    """Write the whole of ``data``. Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
