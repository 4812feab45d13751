"""What is done to recordings that lie there: mended after a hub that was killed, deleted when their time is up."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
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


def remove(folder: Path, names: list[str]) -> set[str]:
    """Delete these files below ``folder``, and the days that are empty then; returns those that cannot be deleted."""
    stay: dict[str, BaseException] = {}
    for name in names:
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            stay[name] = error
    for day in {(folder / name).parent for name in names if name not in stay}:
        with contextlib.suppress(OSError):  # a burst of that day has just begun, or another file stays
            day.rmdir()
    _tell(stay)
    return set(stay)


def remove_days_before(folder: Path, day: date) -> None:
    """Delete what is left of days before ``day``: files that no row names, of a hub killed in the wrong moment."""
    stay: dict[str, BaseException] = {}

    def note(_: object, path: str, error: tuple[type[BaseException], BaseException, object]) -> None:
        stay[path] = error[1]

    for found in folder.iterdir() if folder.is_dir() else ():
        if DAY_FOLDER.fullmatch(found.name) and found.name < day.isoformat():
            _log.warning("recording.left_over_removed", day=found.name)
            shutil.rmtree(found, onerror=note)
    _tell(stay)


def _tell(stay: Mapping[str, BaseException]) -> None:
    """One line for all: a disk that refuses one may refuse thousands."""
    if stay:
        name, error = next(iter(stay.items()))
        _log.error("recording.not_deleted", files=len(stay), first=name, error=str(error))
