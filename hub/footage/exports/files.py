"""The exported files, each named by its export: under another name until it is whole. Blocking: call it in a thread."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_WHOLE = ".mp4"
_UNDER_WAY = ".part"
LEAST_FREE_BYTES = 2_000_000_000
LEAST_FREE_SHARE = 0.1
"""The lesser of both stays free on the disk, which the database has too: nothing is made where less would be left."""


@dataclass(frozen=True)
class Room:
    """Of the disk that the files are on; ``left_bytes``: how much may still be written."""

    disk_bytes: int
    left_bytes: int


class Files:
    """One folder. Names come from the hub's own identifiers alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, known: set[str]) -> set[str]:
        """Make the folder; delete what a kill left half made, or without a row. Returns whose file is there.

        Raises OSError.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = set()
        for path in self._folder.iterdir():
            if path.suffix == _WHOLE and path.stem in known:
                there.add(path.stem)
            else:
                with contextlib.suppress(OSError):
                    path.unlink()
        return there

    def path(self, export_id: str) -> Path:
        """Where the whole file is."""
        return self._folder / f"{export_id}{_WHOLE}"

    def part(self, export_id: str) -> Path:
        """Where it is while it is made."""
        return self._folder / f"{export_id}{_UNDER_WAY}"

    def room(self) -> Room:
        """What there is now. Raises OSError."""
        found = os.statvfs(self._folder)
        disk_bytes = found.f_blocks * found.f_frsize
        least_bytes = min(LEAST_FREE_BYTES, round(disk_bytes * LEAST_FREE_SHARE))
        return Room(disk_bytes, max(0, found.f_bavail * found.f_frsize - least_bytes))

    def part_bytes(self, export_id: str) -> int:
        """How large the one under way is so far."""
        with contextlib.suppress(OSError):
            return self.part(export_id).stat().st_size
        return 0

    def remove(self, export_ids: Iterable[str]) -> None:
        """Delete these; one that the disk does not delete is tried again at the next start."""
        for export_id in export_ids:
            for path in (self.part(export_id), self.path(export_id)):
                with contextlib.suppress(OSError):
                    path.unlink()
