"""The picture in which each camera was calibrated, kept as a file, so that a worker sees when the camera was moved."""

from __future__ import annotations

import hashlib
from pathlib import Path


class CalibratedViews:
    """One JPEG a camera, named by the camera and what is in it: another picture is another file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Path] = {}

    def open(self) -> None:
        """See what is kept."""
        self._files = {file.stem.rpartition("-")[0]: file for file in self._folder.glob("*.jpg")}

    def of(self, camera_id: str) -> str | None:
        """The full path of a camera's picture; None where none is kept."""
        file = self._files.get(camera_id)
        return None if file is None else str(file.absolute())

    def keep(self, camera_id: str, jpeg: bytes) -> None:
        """Have this picture and no other of the camera. Blocks; raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._folder / f"{camera_id}-{hashlib.sha256(jpeg).hexdigest()[:12]}.jpg"
        half = file.with_suffix(".half")
        half.write_bytes(jpeg)
        half.replace(file)
        before, self._files[camera_id] = self._files.get(camera_id), file
        if before not in (None, file):
            before.unlink(missing_ok=True)

    def forget(self, camera_id: str) -> None:
        """The camera is no longer enrolled. Blocks."""
        file = self._files.pop(camera_id, None)
        if file is not None:
            file.unlink(missing_ok=True)
