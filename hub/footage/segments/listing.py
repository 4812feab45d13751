"""Lists what lies in the folder of one camera's day: segments by their names, and names that are no segment's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from hub.footage.segments.names import INDEX, MOTION, SEGMENT, day_start_us, is_camera_id, read_name


@dataclass(frozen=True, order=True)
class SegmentFile:
    """A segment by its name; ``end_us`` is None while it is written, or was never closed."""

    start_us: int
    end_us: int | None
    path: Path


@dataclass(frozen=True)
class DayListed:
    """Segments in order of their start. ``orphans``: indexes without a segment; ``strange``: what is neither."""

    segments: list[SegmentFile]
    orphans: list[Path]
    strange: list[Path]


def list_day(day: Path) -> DayListed:
    """What lies in a day's folder; nothing where there is none. Raises OSError."""
    day_us = day_start_us(day.name)
    try:
        with os.scandir(day) as entries:
            names = sorted([entry.name for entry in entries if entry.name != MOTION])
    except (FileNotFoundError, NotADirectoryError):
        return DayListed([], [], [])
    segments, indexes, strange = [], [], []
    for name in names:
        stem, dot, suffix = name.partition(".")
        named = None if day_us is None else read_name(stem, day_us)
        if named is None or dot + suffix not in (SEGMENT, INDEX):
            strange.append(day / name)
        elif suffix == SEGMENT[1:]:
            segments.append(SegmentFile(named.start_us, named.end_us, day / name))
        else:
            indexes.append(stem)
    stems = {one.path.stem for one in segments}
    return DayListed(segments, [day / f"{stem}{INDEX}" for stem in indexes if stem not in stems], strange)


def left_open(day: Path) -> list[SegmentFile]:
    """The segments of a day's folder that are not closed; sooner found than by ``list_day``. Raises OSError."""
    day_us = day_start_us(day.name)
    if day_us is None:
        return []
    with os.scandir(day) as entries:
        stems = [entry.name.removesuffix(SEGMENT) for entry in entries if entry.name.endswith(SEGMENT)]
    found = [(read_name(stem, day_us), day / f"{stem}{SEGMENT}") for stem in sorted(stems) if "-" not in stem]
    return [SegmentFile(named.start_us, None, path) for named, path in found if named is not None]


def cameras_in(footage_dir: Path) -> list[str]:
    """The cameras that have a folder, in order. Raises OSError."""
    try:
        with os.scandir(footage_dir) as entries:
            return sorted(
                entry.name for entry in entries if is_camera_id(entry.name) and entry.is_dir(follow_symlinks=False)
            )
    except FileNotFoundError:
        return []


def days_in(camera: Path) -> list[str]:
    """The names of a camera's day folders, the oldest first. Raises OSError."""
    try:
        with os.scandir(camera) as entries:
            return sorted([entry.name for entry in entries if day_start_us(entry.name) is not None])
    except (FileNotFoundError, NotADirectoryError):
        return []
