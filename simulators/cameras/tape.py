"""A film held in memory as coded pictures, ready to be sent: read once by demuxing, never decoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError

from simulators.cameras import units
from simulators.cameras.units import Coding

MAX_TAPE_BYTES = 256 * 1024 * 1024


class TapeError(ValueError):
    """A file that cannot be served; says which and why."""


@dataclass(frozen=True)
class Picture:
    """One coded picture: when it is due (microseconds from the film's start) and its NAL units."""

    due_us: int
    key: bool
    units: tuple[bytes, ...]


@dataclass(frozen=True)
class Tape:
    """``parameter_sets`` are the sequence and picture parameter sets (H.265: the video's too); the first picture is a
    key picture."""

    name: str
    coding: Coding
    parameter_sets: tuple[bytes, ...]
    pictures: tuple[Picture, ...]
    duration_us: int
    frame_rate_hz: float

    def sent_units(self, index: int) -> tuple[bytes, ...]:
        """What goes out for a picture: a key picture brings its parameter sets."""
        picture = self.pictures[index]
        return (*self.parameter_sets, *picture.units) if picture.key else picture.units


def read_tape(path: Path) -> Tape:
    """The H.264 or H.265 film in an MP4 file, named after the file. Raises TapeError."""
    if not path.is_file():
        raise TapeError(f"{path}: there is no such film")
    if path.stat().st_size > MAX_TAPE_BYTES:
        raise TapeError(f"{path}: {path.stat().st_size} bytes; a film may have {MAX_TAPE_BYTES}")
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise TapeError(f"{path}: there is no video in it")
            stream = container.streams.video[0]
            name = stream.codec_context.name
            if name not in tuple(Coding):
                raise TapeError(f"{path}: the video is {name}; only h264 and hevc are served")
            coding = Coding(name)
            try:
                length_bytes, sets = units.configured(stream.codec_context.extradata or b"", coding)
            except ValueError as error:
                raise TapeError(f"{path}: {error}") from None
            base = stream.time_base or Fraction(1, 90_000)
            rate = float(stream.average_rate or 25)
            pictures = []
            for packet in container.demux(stream):
                if packet.size and packet.dts is not None:
                    due_us = round((packet.pts or packet.dts) * base * 1_000_000)
                    sample = _units(path, bytes(packet), length_bytes)
                    kept = tuple(unit for unit in sample if not units.is_told(unit, coding))
                    pictures.append(Picture(due_us, packet.is_keyframe, kept))
    except FFmpegError as error:
        raise TapeError(f"{path}: {error.strerror or error}") from error
    if not pictures or not pictures[0].key:
        raise TapeError(f"{path}: the film does not begin with a key picture")
    pictures.sort(key=lambda picture: picture.due_us)
    duration_us = pictures[-1].due_us + round(1_000_000 / rate)
    return Tape(path.stem, coding, tuple(sets), tuple(pictures), duration_us, rate)


def _units(path: Path, sample: bytes, length_bytes: int) -> list[bytes]:
    """The NAL units of a length-prefixed sample."""
    found, start = [], 0
    while start + length_bytes <= len(sample):
        size = int.from_bytes(sample[start : start + length_bytes], "big")
        start += length_bytes
        unit = sample[start : start + size]
        if not size or len(unit) < size:
            raise TapeError(f"{path}: a sample is cut short")
        found.append(unit)
        start += size
    return found
