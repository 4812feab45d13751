"""The files of recordings: names that people read, opened so that none is overwritten, on disk when this returns."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.storage.files import safe, sync_folder

DAY_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MOST_SAME = 100
"""Bursts of one talker in one group within one second."""


def file_name(at_us: int, zone: ZoneInfo, group_name: str, talker_name: str) -> str:
    """``2026-11-21/162005_全体场所_王芳.ogg``: the day and second at which the burst began, in ``zone``."""
    at = datetime.fromtimestamp(at_us / 1e6, zone)
    return f"{at:%Y-%m-%d}/{at:%H%M%S}_{safe(group_name)}_{safe(talker_name)}.ogg"


def open_new(folder: Path, name: str) -> tuple[int, str]:
    """Make the file ``name`` below ``folder``, or one beside it; returns its descriptor and its name.

    The file's and its day's entries are on disk when this returns. Raises OSError.
    """
    day = (folder / name).parent
    day.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in range(1, _MOST_SAME):
        tried = name if number == 1 else f"{name.removesuffix('.ogg')}-{number}.ogg"
        try:
            descriptor = os.open(folder / tried, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        for changed in (day, folder):
            sync_folder(changed)
        return descriptor, tried
    raise FileExistsError(f"{_MOST_SAME} recordings are named {name}")
