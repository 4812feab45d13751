"""The kept files, each named by its SHA-256: whole on disk or not there. Blocking: call it in a thread."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from hub.storage.files import sync_folder, write_all

_NAME = re.compile(r"[0-9a-f]{64}\Z")
_UNDER_WAY = ".new"


class Files:
    """One folder. Names come from hashes alone, never from what somebody sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, known: set[str]) -> set[str]:
        """Make the folder; delete what a kill left half written, or without a row. Returns what is there.

        Raises OSError.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = {path.name for path in self._folder.iterdir()}
        there = {name for name in found if _NAME.match(name)} & known
        self.remove(found - there)
        return there

    def path(self, media_id: str) -> Path:
        """Where it is."""
        return self._folder / media_id

    def write(self, media_id: str, data: bytes) -> None:
        """Have it on disk when this returns. Raises OSError."""
        new = self._folder / f"{media_id}{_UNDER_WAY}"
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                write_all(descriptor, data)
            finally:
                os.close(descriptor)
            new.rename(self._folder / media_id)
        except OSError:
            with contextlib.suppress(OSError):
                new.unlink()
            raise
        sync_folder(self._folder)

    def read(self, media_id: str) -> bytes:
        """The whole of it. Raises OSError."""
        return self.path(media_id).read_bytes()

    def remove(self, names: set[str]) -> None:
        """Delete these; one that the disk does not delete is tried again at the next start."""
        for name in names:
            with contextlib.suppress(OSError):
                (self._folder / name).unlink()
