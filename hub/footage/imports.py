"""Recordings that are enrolled as cameras are taken over into footage once, to be played back as any other.

What stands in ``<footage_dir>/<camera_id>/import`` says which one was taken over, or was being when the recorder ended.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import msgspec

from hub.footage.segments.files import remove
from hub.footage.segments.listing import days_in, list_day
from hub.registry.records import Camera

FILE = "import"
_encoder = msgspec.json.Encoder()


class _Import(msgspec.Struct, frozen=True):
    """``what``: a digest of address and date; ``begun_ns``: by the clock that dates files."""

    what: str
    begun_ns: int
    done: bool


class Imports:
    """``is_done`` reads memory; the others touch the disk, block, and raise nothing: what fails is done again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._done: dict[str, str] = {}

    def open(self) -> None:
        """See what was taken over already."""
        for file in self._folder.glob(f"*/{FILE}"):
            found = _read(file)
            if found is not None and found.done:
                self._done[file.parent.name] = found.what

    def is_done(self, camera: Camera) -> bool:
        """Whether this recording is footage already."""
        return self._done.get(camera.camera_id) == what(camera)

    def begin(self, camera: Camera) -> None:
        """It is about to be taken over from its beginning: what came of it before a recorder ended goes."""
        folder = self._folder / camera.camera_id
        before = _read(folder / FILE)
        if before is not None and not before.done:
            for day in days_in(folder):
                for segment in list_day(folder / day).segments:
                    with contextlib.suppress(OSError):
                        if segment.path.stat().st_mtime_ns > before.begun_ns:  # nothing else is written there
                            remove(segment.path)
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / FILE).touch()
            _write(folder / FILE, _Import(what(camera), (folder / FILE).stat().st_mtime_ns, done=False))

    def is_closed(self, camera: Camera) -> bool:
        """Whether no segment of it is being written."""
        folder = self._folder / camera.camera_id
        return all(one.end_us is not None for day in days_in(folder) for one in list_day(folder / day).segments)

    def finish(self, camera: Camera) -> None:
        """It is footage, whole."""
        self._done[camera.camera_id] = what(camera)
        with contextlib.suppress(OSError):
            _write(self._folder / camera.camera_id / FILE, _Import(what(camera), 0, done=True))


def what(camera: Camera) -> str:
    """A digest of address and date; the address may hold a password."""
    return hashlib.sha256(f"{camera.url}\n{camera.started_at_us}".encode()).hexdigest()


def _read(file: Path) -> _Import | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Import)
    except (OSError, msgspec.MsgspecError):
        return None


def _write(file: Path, found: _Import) -> None:
    half = file.with_suffix(".half")
    half.write_bytes(_encoder.encode(found))
    half.replace(file)
