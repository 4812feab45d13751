"""How long it takes from asking for a moment of footage to its first decoded picture."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av

from hub.footage.coded import CodedPicture, Coding, Form
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.reading import read_pictures

ASKED = 30
"""Moments asked for in a run."""
REACH_US = 10_000_000
_DECODERS = {Coding.H264: "h264", Coding.H265: "hevc", Coding.MJPEG: "mjpeg"}


@dataclass
class FirstFrames:
    """``first_ms``: until anything can be shown; ``exact_ms``: until the picture of the very moment."""

    first_ms: list[float] = field(default_factory=list)
    exact_ms: list[float] = field(default_factory=list)


def first_frames(
    footage_dir: Path, camera_ids: Sequence[str], start_us: int, end_us: int, rng: random.Random
) -> FirstFrames:
    """For moments by chance, each with the cache of its camera's files dropped first. Raises OSError."""
    found = FirstFrames()
    for _ in range(ASKED):
        camera_id, at_us = rng.choice(camera_ids), rng.randrange(start_us, end_us)
        forget_cached((footage_dir / camera_id).rglob("*"))
        began_s = time.perf_counter()
        shown = decoded(read_pictures(Catalogue(footage_dir), camera_id, at_us, at_us + REACH_US))
        first = next(shown, None)
        if first is None:
            continue
        found.first_ms.append((time.perf_counter() - began_s) * 1000)
        while first is not None and first < at_us:
            first = next(shown, None)
        found.exact_ms.append((time.perf_counter() - began_s) * 1000)
    return found


def decoded(records: Iterable[Form | CodedPicture]) -> Iterator[int]:
    """When each picture that comes out of a decoder was taken, in microseconds."""
    decoder: av.VideoCodecContext | None = None
    for record in records:
        if isinstance(record, Form):
            made = av.CodecContext.create(_DECODERS[record.coding], "r")
            assert isinstance(made, av.VideoCodecContext)
            decoder = made
            decoder.thread_count = 1
            decoder.flags |= av.codec.context.Flags.low_delay
        elif decoder is not None:
            packet = av.Packet(record.data)
            packet.pts = record.wall_us
            yield from (frame.pts or 0 for frame in decoder.decode(packet))
    if decoder is not None:
        yield from (frame.pts or 0 for frame in decoder.decode(None))


def forget_cached(files: Iterable[Path]) -> None:
    """Have the kernel drop what it holds of these files, as after a night. Raises OSError."""
    for path in files:
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fdatasync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)
