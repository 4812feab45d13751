"""The exported files, each named by its export: under another name until it is whole. Blocking: call it in a thread."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

_WHOLE = ".mp4"
_UNDER_WAY = ".part"


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

    def remove(self, export_ids: Iterable[str]) -> None:
        """Delete these; one that the disk does not delete is tried again at the next start."""
        for export_id in export_ids:
            for path in (self.part(export_id), self.path(export_id)):
                with contextlib.suppress(OSError):
                    path.unlink()
