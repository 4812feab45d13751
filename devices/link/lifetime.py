"""How often this device has come on line over its whole life: the birth count."""

from __future__ import annotations

from pathlib import Path

from devices.private_file import write_private


class Lifetime:
    """Counts births in a small file.

    A device that starts counts on from the file or from the wall clock's milliseconds, whichever is more: one whose
    file was wiped, put back from a copy or could not be written still has a larger number than before, since no device
    connects a thousand times a second. The hub takes nothing with a smaller one (P-10.4).
    """

    def __init__(self, path: Path | None, wall_us: int) -> None:
        self._path = path
        self.count = max(_read(path) if path is not None else 0, wall_us // 1000)
        """Of the present or latest connection."""

    def begin(self) -> None:
        """Count a new connection, on disk before the count is used; call it in a thread.

        Raises OSError when the disk does not take it: the count has grown all the same.
        """
        self.count += 1
        if self._path is not None:
            write_private(self._path, f"{self.count}\n".encode())


def _read(path: Path) -> int:
    """The count in the file; 0 when there is none or it is not a number (a cut-short write)."""
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return 0
