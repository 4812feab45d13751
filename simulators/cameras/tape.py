"""A film held in memory as coded pictures, ready to be sent: read once by demuxing, never decoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError

MAX_TAPE_BYTES = 256 * 1024 * 1024


class TapeError(ValueError):
    """A file that cannot be served; says which and why."""


@dataclass(frozen=True)
class Picture:
    """One coded picture: when it is due (microseconds from the film's start) and its H.264 NAL units."""

    due_us: int
    key: bool
    units: tuple[bytes, ...]


@dataclass(frozen=True)
class Tape:
    """``parameter_sets`` are the sequence and picture parameter sets; the first picture is a key picture."""

    name: str
    parameter_sets: tuple[bytes, bytes]
    pictures: tuple[Picture, ...]
    duration_us: int
    frame_rate_hz: float


def read_tape(path: Path) -> Tape:
    """The H.264 film in an MP4 file, named after the file. Raises TapeError."""
    if not path.is_file():
        raise TapeError(f"{path}: there is no such film")
    if path.stat().st_size > MAX_TAPE_BYTES:
        raise TapeError(f"{path}: {path.stat().st_size} bytes; a film may have {MAX_TAPE_BYTES}")
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise TapeError(f"{path}: there is no video in it")
            stream = container.streams.video[0]
            if stream.codec_context.name != "h264":
                raise TapeError(f"{path}: the video is {stream.codec_context.name}; only h264 is served")
            configuration = stream.codec_context.extradata or b""
            if len(configuration) < 7 or configuration[0] != 1:
                raise TapeError(f"{path}: no H.264 decoder configuration record; write the film as MP4")
            length_bytes = (configuration[4] & 3) + 1
            sets = _parameter_sets(path, configuration)
            base = stream.time_base or Fraction(1, 90_000)
            rate = float(stream.average_rate or 25)
            pictures = []
            for packet in container.demux(stream):
                if packet.size and packet.dts is not None:
                    due_us = round((packet.pts or packet.dts) * base * 1_000_000)
                    pictures.append(Picture(due_us, packet.is_keyframe, _units(path, bytes(packet), length_bytes)))
    except FFmpegError as error:
        raise TapeError(f"{path}: {error.strerror or error}") from error
    if not pictures or not pictures[0].key:
        raise TapeError(f"{path}: the film does not begin with a key picture")
    pictures.sort(key=lambda picture: picture.due_us)
    duration_us = pictures[-1].due_us + round(1_000_000 / rate)
    return Tape(path.stem, sets, tuple(pictures), duration_us, rate)


def _parameter_sets(path: Path, configuration: bytes) -> tuple[bytes, bytes]:
    """The first of each kind in an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1)."""
    try:
        size = int.from_bytes(configuration[6:8], "big")
        sequence = configuration[8 : 8 + size]
        start = 8 + size + 1
        size = int.from_bytes(configuration[start : start + 2], "big")
        picture = configuration[start + 2 : start + 2 + size]
    except IndexError:
        sequence, picture = b"", b""
    if len(sequence) < 4 or not picture:
        raise TapeError(f"{path}: the decoder configuration record holds no parameter sets")
    return sequence, picture


def _units(path: Path, sample: bytes, length_bytes: int) -> tuple[bytes, ...]:
    """The NAL units of a length-prefixed sample, without those that say nothing to a receiver (delimiters, SEI)."""
    units, start = [], 0
    while start + length_bytes <= len(sample):
        size = int.from_bytes(sample[start : start + length_bytes], "big")
        start += length_bytes
        unit = sample[start : start + size]
        if not size or len(unit) < size:
            raise TapeError(f"{path}: a sample is cut short")
        if unit[0] & 31 not in (6, 9):
            units.append(unit)
        start += size
    return tuple(units)
