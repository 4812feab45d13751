"""How often this device has come on line over its whole life: the birth count."""

from __future__ import annotations

import os
from pathlib import Path


class Lifetime:
    """Counts births in a small file.

    A device without a file (new, wiped or kept in memory) starts from the wall clock's milliseconds, so that the hub
    still sees a larger number than before: no device connects a thousand times a second.
    """

    def __init__(self, path: Path | None, wall_us: int) -> None:
        self._path = path
        self._count = _read(path) if path is not None else 0
        if self._count == 0:
            self._count = wall_us // 1000

    def next_birth(self) -> int:
        """The count for a new connection, on disk before it is used; call it in a thread. Raises OSError."""
        self._count += 1
        if self._path is not None:
            fresh = self._path.with_suffix(".new")
            with fresh.open("w") as file:
                file.write(f"{self._count}\n")
                file.flush()
                os.fdatasync(file.fileno())
            fresh.replace(self._path)
        return self._count


def _read(path: Path) -> int:
    """The count in the file; 0 when there is none or it is not a number (a cut-short write)."""
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return 0
