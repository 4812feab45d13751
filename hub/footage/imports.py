"""Recordings that are enrolled as cameras are taken over into footage once, to be played back as any other.

What stands in ``<footage_dir>/<camera_id>/import`` says which one was taken over, or was being when the recorder ended,
and what footage of that camera was there before: only what came of the very recording goes when it is begun anew.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import structlog

from hub.footage.assigning import is_import
from hub.footage.disk import FootageDisk
from hub.footage.segments.files import remove
from hub.footage.segments.listing import SegmentFile, days_in, list_day
from hub.footage.segments.names import HOUR_US, camera_folder, day_of
from hub.footage.segments.retention import Hold, is_held
from hub.registry.records import Camera

FILE = "import"
_UNCLOSED_US = 2 * HOUR_US
"""A segment ends with its hour."""
_MS_US = 1000
_encoder = msgspec.json.Encoder()
_log = structlog.get_logger()


class _Import(msgspec.Struct, frozen=True):
    """``what``: a digest of address and date; ``there_us``: starts of segments of its time that are not its own."""

    what: str
    there_us: tuple[int, ...]
    done: bool


class Imports:
    """``is_done`` reads memory; the others touch the disk, block, and raise OSError, DiskMissing."""

    def __init__(self, disk: FootageDisk) -> None:
        self._disk = disk
        self._holds: Callable[[], Sequence[Hold]] = tuple
        self._done: dict[str, str] = {}

    def hold_by(self, holds: Callable[[], Sequence[Hold]]) -> None:
        """What is held never goes; ``holds`` is called in any thread."""
        self._holds = holds

    def open(self, cameras: Mapping[str, Camera]) -> None:
        """See what was taken over already, and leave what is none of these cameras' recordings any longer."""
        self._disk.check()
        for file in self._disk.folder.glob(f"*/{FILE}"):
            found, camera = _read(file), cameras.get(file.parent.name)
            if found is None:
                continue
            if found.done:
                self._done[file.parent.name] = found.what
            elif camera is None or not is_import(camera) or found.what != what(camera):
                file.unlink(missing_ok=True)

    def is_done(self, camera: Camera) -> bool:
        """Whether this recording is footage already."""
        return self._done.get(camera.camera_id) == what(camera)

    def leave(self, camera_id: str) -> None:
        """It is taken over no further: what there is stays, and what is recorded of that camera from now on too."""
        self._disk.check()
        file = camera_folder(self._disk.folder, camera_id) / FILE
        found = _read(file)
        if found is not None and not found.done:
            file.unlink(missing_ok=True)

    def begin(self, camera: Camera) -> None:
        """It is about to be taken over from its beginning: what came of it before a recorder ended goes."""
        self._disk.check()
        folder = camera_folder(self._disk.folder, camera.camera_id)
        before = _read(folder / FILE)
        if before is not None and before.what == what(camera):
            if before.done:
                self._done[camera.camera_id] = before.what
                return
            for segment in self._own(camera, before):
                if self._is_held(camera.camera_id, segment):
                    _log.warning("import.held", camera=camera.camera_id, file=segment.path.name)
                else:
                    with contextlib.suppress(OSError):
                        remove(segment.path)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        there_us = tuple(segment.start_us for segment in _of_its_time(folder, camera))
        _write(folder / FILE, _Import(what(camera), there_us, done=False))

    def is_closed(self, camera: Camera) -> bool:
        """Whether no segment of it is being written."""
        begun = _read(camera_folder(self._disk.folder, camera.camera_id) / FILE)
        return begun is None or all(one.end_us is not None for one in self._own(camera, begun))

    def finish(self, camera: Camera) -> None:
        """It is footage, as far as it could be read."""
        self._disk.check()
        _write(camera_folder(self._disk.folder, camera.camera_id) / FILE, _Import(what(camera), (), done=True))
        self._done[camera.camera_id] = what(camera)

    def _is_held(self, camera_id: str, segment: SegmentFile) -> bool:
        end_us = segment.start_us + _UNCLOSED_US if segment.end_us is None else segment.end_us
        return is_held(self._holds(), camera_id, segment.start_us, end_us)

    def _own(self, camera: Camera, begun: _Import) -> list[SegmentFile]:
        """What came of the recording since it was begun: nobody else writes there while that stands."""
        there_us = set(begun.there_us)
        folder = camera_folder(self._disk.folder, camera.camera_id)
        return [segment for segment in _of_its_time(folder, camera) if segment.start_us not in there_us]


def what(camera: Camera) -> str:
    """A digest of address and date; the address may hold a password."""
    return hashlib.sha256(f"{camera.url}\n{camera.started_at_us}".encode()).hexdigest()


def _of_its_time(folder: Path, camera: Camera) -> Iterator[SegmentFile]:
    """The segments that begin no earlier than the recording."""
    since_us = (camera.started_at_us or 0) // _MS_US * _MS_US
    for day in days_in(folder):
        if day >= day_of(since_us):
            yield from (one for one in list_day(folder / day).segments if one.start_us >= since_us)


def _read(file: Path) -> _Import | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Import)
    except (OSError, msgspec.MsgspecError):
        return None


def _write(file: Path, found: _Import) -> None:
    half = file.with_suffix(".half")
    half.write_bytes(_encoder.encode(found))
    half.replace(file)
