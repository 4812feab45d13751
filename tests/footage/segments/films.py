"""Coded pictures for the tests: real encoders' output, as a camera's stream brings it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from hub.footage.coded import CodedPicture, Coding, Form, StreamName
from hub.footage.segments.writer import SegmentWriter

START_US = 1_795_363_200_000_000
"""2026-11-22 16:00:00 UTC."""


@dataclass(frozen=True)
class Film:
    """Pictures in decoding order, each with its time of decoding."""

    form: Form
    pictures: Sequence[tuple[CodedPicture, int]]


@functools.cache
def film(
    encoder: str = "libx264",
    *,
    seconds: float = 4,
    rate_hz: int = 25,
    group: int = 50,
    reordered: int = 0,
    kbit_per_s: int = 0,
    size: tuple[int, int] = (320, 192),
    start_us: int = START_US,
    camera_id: str = "C01",
    open_groups: bool = False,
) -> Film:
    """A film of a bar that moves over noise."""
    width, height = size
    options = {"preset": "ultrafast"} if encoder.startswith("libx26") else {}
    if encoder == "libx264":
        options |= {"sc_threshold": "0", "bf": str(reordered), "x264-params": f"open-gop={int(open_groups)}"}
    if encoder == "libx265":
        options["x265-params"] = f"log-level=none:bframes={reordered}:keyint={group}:scenecut=0:pools=none"
    context = av.CodecContext.create(encoder, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = width, height, "yuvj420p" if encoder == "mjpeg" else "yuv420p"
    context.framerate, context.gop_size, context.options = rate_hz, group, options
    context.thread_count = 1
    if kbit_per_s:
        context.bit_rate = kbit_per_s * 1000
    random = np.random.default_rng(1)
    ground = random.integers(0, 60, (height, width, 3), np.uint8)
    packets = []
    for number in range(round(seconds * rate_hz)):
        pixels = ground.copy()
        if kbit_per_s:
            pixels[::2] = random.integers(0, 90, (height // 2, width, 3), np.uint8)
        pixels[:, number * 4 % width :][:, :16] = 200
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=context.pix_fmt)
        frame.pts, frame.time_base = number, Fraction(1, rate_hz)
        packets += context.encode(frame)
    packets += context.encode(None)
    step_us = 1_000_000 // rate_hz
    form = Form(
        camera_id=camera_id,
        stream=StreamName.MAIN,
        coding={"libx264": Coding.H264, "libx265": Coding.H265, "mjpeg": Coding.MJPEG}[encoder],
        codec="",
        width_px=width,
        height_px=height,
        frames_per_s=float(rate_hz),
    )
    pictures = []
    for packet in packets:
        assert packet.pts is not None and packet.dts is not None
        media_us = packet.pts * step_us
        picture = CodedPicture(start_us + media_us, media_us, packet.is_keyframe, False, bytes(packet))
        pictures.append((picture, start_us + packet.dts * step_us))
    return Film(form, pictures)


def later(filmed: Film, by_us: int) -> Film:
    """The same, taken later."""
    return replace(
        filmed,
        pictures=[(replace(one, wall_us=one.wall_us + by_us), decode_us + by_us) for one, decode_us in filmed.pictures],
    )


def write(folder: Path, filmed: Film) -> Path:
    """Record the film as one segment."""
    writer = SegmentWriter(folder, filmed.form, filmed.pictures[0][0].wall_us)
    for picture, decode_us in filmed.pictures:
        writer.add(picture, decode_us)
    path = writer.close()
    assert path is not None
    return path
