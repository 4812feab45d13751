"""What is done to recordings that lie there: mended after a hub that was killed, deleted when their time is up."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog

from hub.talk.recording.files import DAY_FOLDER
from hub.talk.recording.ogg import seconds_of, whole_pages

_log = structlog.get_logger()
_HEAD_PAGES = 2


@dataclass(frozen=True)
class Found:
    """What a file holds whose burst was never ended. ``packets`` leaves out those that fill gaps."""

    duration_s: float
    packets: int
    bytes: int


def mend(file: Path) -> Found | None:
    """Cut a file off after its last whole page; None, and no file, where no voice is in it. Raises OSError."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None
    pages = list(whole_pages(data))
    voice = pages[_HEAD_PAGES:]
    if not voice:
        file.unlink()
        return None
    if voice[-1].ends_at < len(data):
        with file.open("r+b") as opened:
            opened.truncate(voice[-1].ends_at)
            os.fsync(opened.fileno())
    packets = sum(size > 1 for page in voice for size in page.sizes)
    return Found(seconds_of(voice[-1].granule), packets, voice[-1].ends_at)


def remove(folder: Path, names: list[str]) -> None:
    """Delete these files below ``folder``, and the days that are empty then. Raises OSError."""
    for name in names:
        (folder / name).unlink(missing_ok=True)
    for day in {(folder / name).parent for name in names}:
        if day.is_dir() and not any(day.iterdir()):
            day.rmdir()


def remove_days_before(folder: Path, day: date) -> None:
    """Delete what is left of days before ``day``: files that no row names, of a hub killed in the wrong moment."""
    for found in folder.iterdir() if folder.is_dir() else ():
        if DAY_FOLDER.fullmatch(found.name) and found.name < day.isoformat():
            _log.warning("recording.left_over_removed", day=found.name)
            shutil.rmtree(found)
