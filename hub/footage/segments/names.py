"""Where a segment lies and what its name says: ``<camera_id>/<YYYY-MM-DD>/<start>-<end>.mp4``, times in UTC.

While a segment is written its name is ``<start>.mp4``; beside each lies its index, ``.idx`` instead of ``.mp4``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hub.registry.records import ID

SEGMENT = ".mp4"
INDEX = ".idx"
MOTION = "motion"
"""A day's file of when something moved (``motion_log.py``); it goes with the day's last segment."""
DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_NAME = re.compile(r"(\d{2})(\d{2})(\d{2})(\d{3})(?:-(\d{2})(\d{2})(\d{2})(\d{3}))?\Z", re.ASCII)
_CAMERA = re.compile(ID)
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, order=True)
class Named:
    """A segment by its name alone: start and end to the millisecond, as outer bounds; no end while it is written."""

    start_us: int
    end_us: int | None


def is_camera_id(name: str) -> bool:
    """Whether a camera may be called so; no other folder is one's."""
    return _CAMERA.match(name) is not None


def camera_folder(footage_dir: Path, camera_id: str) -> Path:
    """Where all footage of a camera lies. Raises ValueError for what no camera is called: it would lead elsewhere."""
    if not is_camera_id(camera_id):
        raise ValueError(f"no camera is called {camera_id!r}")
    return footage_dir / camera_id


def day_of(at_us: int) -> str:
    """The name of the day's folder."""
    return (_EPOCH + timedelta(days=at_us // DAY_US)).isoformat()


def day_start_us(day: str) -> int | None:
    """When the day of a folder begins; None where this is no day's name."""
    if not _DAY.match(day):
        return None
    try:
        return (date.fromisoformat(day) - _EPOCH).days * DAY_US
    except ValueError:
        return None


def open_name(start_us: int) -> str:
    """The name, without suffix, while it is written."""
    return _time_of_day(start_us // 1000)


def closed_name(start_us: int, end_us: int) -> str:
    """The name, without suffix, once nothing more comes; its end is rounded up."""
    return f"{_time_of_day(start_us // 1000)}-{_time_of_day(-(-end_us // 1000))}"


def read_name(stem: str, day_us: int) -> Named | None:
    """What a file's name without its suffix says; None where it is no segment's. Ends are less than a day later."""
    found = _NAME.match(stem)
    if found is None:
        return None
    start_us = _of_day_us(found.group(1, 2, 3, 4))
    if start_us is None:
        return None
    if found.group(5) is None:
        return Named(day_us + start_us, None)
    end_us = _of_day_us(found.group(5, 6, 7, 8))
    if end_us is None:
        return None
    return Named(day_us + start_us, day_us + end_us + DAY_US * (end_us < start_us))


def index_of(segment: Path) -> Path:
    """Its index beside it."""
    return segment.with_suffix(INDEX)


def _time_of_day(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms // 1000 % 86_400, UTC)
    return f"{at:%H%M%S}{at_ms % 1000:03}"


def _of_day_us(parts: tuple[str, ...]) -> int | None:
    hour, minute, second, ms = map(int, parts)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + ms * 1000
