"""Which hours' sightings were deleted for their age, kept beside them: in others without any nobody was seen."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from hub.sightings.rows import HOUR_US
from hub.storage.files import sync_folder

MOST_RUNS = 10_000
"""Runs of hours; at one more, the two oldest are one with what lies between. A day has about one: its quiet hours part
them."""
_NAME = "forgotten"
_Runs = list[tuple[int, int]]


class Forgotten:
    """``runs``: first and last hour of each run, in order."""

    def __init__(self, directory: Path) -> None:
        """Raises OSError."""
        self._file = directory / _NAME
        self.runs: _Runs = []
        if not self._file.exists():
            return
        try:
            self.runs = msgspec.json.decode(self._file.read_bytes(), type=_Runs)
        except msgspec.DecodeError:  # a disk that did not keep it: any hour before it was written may be meant
            self.runs = [(0, int(self._file.stat().st_mtime * 1e6) // HOUR_US)]

    def add(self, hours: Iterable[int]) -> None:
        """About to delete these; on disk when this returns. Raises OSError."""
        runs: _Runs = []
        for first, last in sorted((*self.runs, *((hour, hour) for hour in hours))):
            if runs and first <= runs[-1][1] + 1:
                runs[-1] = (runs[-1][0], max(runs[-1][1], last))
            else:
                runs.append((first, last))
        while len(runs) > MOST_RUNS:
            runs[:2] = [(runs[0][0], runs[1][1])]
        if runs == self.runs:
            return
        part = self._file.with_suffix(".part")
        with part.open("wb") as file:
            file.write(msgspec.json.encode(runs))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._file)
        sync_folder(self._file.parent)
        self.runs = runs

    def between(self, since: int, until: int) -> list[int]:
        """The hours from one to before another."""
        return [
            hour
            for first, last in self.runs
            if first < until and last >= since
            for hour in range(max(first, since), min(last + 1, until))
        ]
