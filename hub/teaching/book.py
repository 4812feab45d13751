"""The lesson book: a bounded part of the site's tracks on the disk, whole half hours of them, by lot.

A half hour is kept or goes as a whole: who walks from camera to camera, and who is seen at once, is only known there.
No picture, no name, no sighting is in it; it is forgotten as sightings are.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec

from hub.teaching.pairing import WINDOW_US
from hub.teaching.tracks import Tracks, tracks_of
from hub.vision.description.lesson import Lesson, packed, unpacked

MOST_LESSONS = 6_000
"""About 25,000 views, 25 MB; learning from them takes a child of some 300 MB."""
MOST_IN_WINDOW = 600
"""Of one half hour, so that there are at least ten."""
_LENGTH_BYTES, _CHECK_BYTES = 4, 4
_SUFFIX = ".lessons"


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    camera_id: str
    started_at_us: int
    ended_at_us: int
    views: bytes


class LessonBook:
    """Each method may be called from any thread. Those that touch the disk raise OSError."""

    def __init__(self, folder: Path, lot: Random) -> None:
        self.folder, self._lot = folder, lot
        self._lessons: dict[int, int] = {}
        self._using = threading.Lock()

    def open(self) -> None:
        """See what is there; a record that a kill left torn ends its file."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._using:
            for path in self.folder.glob(f"*{_SUFFIX}"):
                whole = list(_records(path.read_bytes()))
                with path.open("r+b") as file:
                    file.truncate(sum(_LENGTH_BYTES + _CHECK_BYTES + len(record) for record in whole))
                self._lessons[int(path.stem)] = len(whole)

    def __len__(self) -> int:
        return sum(self._lessons.values())

    def add(self, lesson: Lesson) -> bool:
        """Keep a lesson; false where its half hour has enough."""
        window = lesson.started_at_us // WINDOW_US
        with self._using:
            if self._lessons.get(window, 0) >= MOST_IN_WINDOW or not len(lesson.views):
                return False
            views = packed(lesson.views)
            record = msgspec.msgpack.encode(_Kept(lesson.camera_id, lesson.started_at_us, lesson.ended_at_us, views))
            with self._path(window).open("ab") as file:
                file.write(len(record).to_bytes(_LENGTH_BYTES) + zlib.crc32(record).to_bytes(_CHECK_BYTES) + record)
            self._lessons[window] = self._lessons.get(window, 0) + 1
            while len(self) > MOST_LESSONS:
                self._drop(self._lot.choice(sorted(set(self._lessons) - {window})))
            return True

    def forget_before(self, before_us: int) -> int:
        """Forget the half hours that ended before; how many lessons that were."""
        with self._using:
            gone = [window for window in self._lessons if (window + 1) * WINDOW_US <= before_us]
            return sum(self._drop(window) for window in gone)

    def read(self) -> Tracks:
        """All that is kept; what is damaged is left out."""
        return tracks_of([lesson for path in sorted(self.folder.glob(f"*{_SUFFIX}")) for lesson in _read(path)])

    def _drop(self, window: int) -> int:
        self._path(window).unlink(missing_ok=True)
        return self._lessons.pop(window)

    def _path(self, window: int) -> Path:
        return self.folder / f"{window}{_SUFFIX}"


def _read(path: Path) -> Iterator[Lesson]:
    for record in _records(path.read_bytes()):
        kept = msgspec.msgpack.decode(record, type=_Kept)
        yield Lesson(kept.camera_id, kept.started_at_us, kept.ended_at_us, unpacked(kept.views))


def _records(data: bytes) -> Iterator[bytes]:
    """Up to the first that is not whole."""
    at = 0
    while at + _LENGTH_BYTES + _CHECK_BYTES <= len(data):
        begins = at + _LENGTH_BYTES + _CHECK_BYTES
        ends = begins + int.from_bytes(data[at : at + _LENGTH_BYTES])
        record = data[begins:ends]
        if ends > len(data) or zlib.crc32(record) != int.from_bytes(data[at + _LENGTH_BYTES : begins]):
            return
        yield record
        at = ends
