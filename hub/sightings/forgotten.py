"""Up to which hour sightings were deleted for their age, kept beside them: an hour without any may have had some."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from hub.sightings.segment import sync_folder

_NAME = "forgotten"


class Forgotten:
    """``before``: of the hours before this one, those that hold nothing may have been deleted; 0: none was."""

    def __init__(self, directory: Path) -> None:
        """Raises OSError."""
        self._file = directory / _NAME
        self.before = 0
        with contextlib.suppress(FileNotFoundError, ValueError):
            self.before = int(self._file.read_text())

    def reach(self, before: int) -> None:
        """About to delete hours before this one; on disk when this returns. Raises OSError."""
        if before <= self.before:
            return
        part = self._file.with_suffix(".part")
        with part.open("w") as file:
            file.write(f"{before}\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._file)
        sync_folder(self._file.parent)
        self.before = before
