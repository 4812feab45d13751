"""What a fuzzed stream gave, written as the recorder writes it and read back: all that was written must be there."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from devices.protocol.clock import SystemClock
from hub.footage.coded import CodedPicture, Form
from hub.footage.errors import SourceError
from hub.footage.recorder.recording import Recording, Written
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.reading import Damage, read_pictures
from hub.footage.segments.writer import SegmentWriter
from hub.footage.sources.packets import Arrived

MOST_PICTURES = 400
"""Of one case: mutations repeat, so that more come than went in."""
_REACH_US = 3_600_000_000


class _Noting(SegmentWriter):
    """Tells of what gets out of it that is neither the disk's nor the picture's fault."""

    escaped: list[BaseException]

    def add(self, picture: CodedPicture, decode_us: int) -> None:
        try:
            super().add(picture, decode_us)
        except (OSError, ValueError):
            raise
        except Exception as error:
            self.escaped.append(error)
            raise


def kept_and_read_back(pictures: Iterator[Arrived]) -> str:
    """How many pictures came. Raises the stream's SourceError, and whatever gets out of writing and reading back."""
    with tempfile.TemporaryDirectory() as name:
        folder, clock, written = Path(name), SystemClock(), Written(lambda: None)
        escaped: list[BaseException] = []

        def begin(form: Form, started_at_us: int) -> _Noting:
            segment = _Noting(folder, form, started_at_us)
            segment.escaped = escaped
            return segment

        recording = Recording(begin, clock, written)
        first_us, came, told = None, 0, None
        try:
            for one in itertools.islice(pictures, MOST_PICTURES):
                came += 1
                first_us = min(one.picture.wall_us, first_us or one.picture.wall_us)
                recording.take(one)
        except SourceError as error:
            told = error
        recording.end()
        if escaped:
            raise escaped[0]
        if first_us is not None:
            _read_back(folder, first_us, came - written.missing)
        if told is not None:
            raise told
        return f"{came} pictures"


def _read_back(folder: Path, first_us: int, expected: int) -> None:
    damages: list[Damage] = []
    found = read_pictures(Catalogue(folder), "C01", first_us, first_us + _REACH_US, damages.append)
    count = sum(1 for one in found if isinstance(one, CodedPicture))
    assert not damages, damages
    assert count == expected, f"{expected} pictures were written, {count} are there"
