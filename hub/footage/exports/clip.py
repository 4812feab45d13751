"""One clip as a file: what is asked, what was done, and the pictures between, copied or coded anew.

Everything here blocks and takes processor: it runs in the job's process (job.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import av
import msgspec

from hub.footage.coded import CodedPicture, Form
from hub.footage.exports.blurring import Blur, Polygon
from hub.footage.exports.pacing import Gap
from hub.footage.exports.tracks import Track

TIME_BASE = Fraction(1, 90_000)
MUXING = {"movflags": "+faststart"}
"""The file's head before its pictures, so that it plays while it is being fetched."""
Records = Iterator[Form | CodedPicture]
Tell = Callable[[float], None]
"""Told the share that is done."""


class Cut(StrEnum):
    """Where a clip begins."""

    KEY = "key"
    """At the key picture at or before the time asked for; pictures are copied as the camera coded them."""
    EXACT = "exact"
    """At the time asked for; pictures are coded anew, with a bar above them that shows camera and time."""


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; times are UTC, microseconds since 1970."""

    camera_id: str
    from_us: int
    until_us: int
    cut: Cut
    blur: Blur
    others: tuple[Track, ...]
    sought: tuple[Track, ...]
    masked: tuple[Polygon, ...] = ()
    """Parts of the picture that are hidden whatever else is shown."""
    blind: tuple[tuple[int, int], ...] = ()
    """From when until when it is not known where everybody is: the whole picture is hidden then, but who is sought."""
    words: str
    """Written above the pictures, before the time."""
    zone: str


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds."""

    first_us: int
    """When its first picture was taken."""
    last_us: int
    pictures: int
    not_decoded: int
    """Pictures that a broken recording left unreadable."""
    breaks: int
    """How often something is missing between one picture and the next, however short."""
    duration_s: float
    width_px: int
    height_px: int
    gaps: tuple[Gap, ...]


class NoClip(Exception):
    """There is no clip of that, and why, in both languages."""

    def __init__(self, code: str, message: str, message_en: str) -> None:
        super().__init__(message_en)
        self.code = code
        self.message = message
        self.message_en = message_en


def nothing_recorded() -> NoClip:
    """Of that time there is no footage."""
    return NoClip("nothing_recorded", "这段时间没有录像", "nothing was recorded in that time")


def ticks(at_us: int) -> int:
    """Microseconds in TIME_BASE."""
    return at_us * 9 // 100


def open_file(file: Path) -> av.container.OutputContainer:
    """An MP4 file to be written. Raises OSError."""
    return av.open(str(file), "w", format="mp4", options=MUXING)
