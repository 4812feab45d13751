"""Films of the sizes and bit rates of cameras in the field, rendered once: few films serve many cameras."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from simulators.cameras.tape import Tape, read_tape
from simulators.cameras.units import Coding
from simulators.community.clockface import draw_clock

RATE_HZ = 25
SECONDS = 20
KEY_EVERY = 50
"""Pictures: 2 s, the usual setting of cameras."""
SUB_BIT_RATE = 500_000
H265_EVERY = 4
"""Every so manieth camera is an H.265 one."""


@dataclass(frozen=True)
class Film:
    """What is rendered."""

    coding: Coding
    width_px: int
    height_px: int
    bit_rate: int

    @property
    def name(self) -> str:
        return f"{self.coding.name.lower()}-{self.height_px}p-{self.bit_rate // 1000}k.mp4"


@dataclass(frozen=True)
class Load:
    """Many cameras, as ``CameraServer`` takes them."""

    tapes: dict[str, Tape]
    others: dict[str, Tape]
    phases_us: dict[str, int]


def load(folder: Path, cameras: int, bit_rate: int, *, rng: random.Random) -> Load:
    """Cameras ``L001`` and on, each with a small stream, at phases of their own so that they do not all send key
    pictures at once."""
    made = {
        coding: [
            rendered(folder, Film(coding, width, height, rate))
            for width, height, rate in ((1920, 1080, bit_rate), (1280, 720, bit_rate))
        ]
        for coding in Coding
    }
    small = rendered(folder, Film(Coding.H264, 640, 360, SUB_BIT_RATE))
    tapes, others, phases_us = {}, {}, {}
    for number in range(1, cameras + 1):
        name = f"L{number:03d}"
        coding = Coding.H265 if number % H265_EVERY == 0 else Coding.H264
        tapes[name], others[name] = made[coding]
        tapes[f"{name}/sub"] = small
        phases_us[name] = phases_us[f"{name}/sub"] = rng.randrange(SECONDS * 1_000_000)
    return Load(tapes, others, phases_us)


def rendered(folder: Path, film: Film) -> Tape:
    """From the folder, or rendered into it. Raises OSError, TapeError."""
    path = folder / film.name
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        _render(unfinished, film)
        unfinished.rename(path)
    return read_tape(path)


def _render(path: Path, film: Film) -> None:
    options = {"preset": "ultrafast", "tune": "zerolatency", "bf": "0"}
    if film.coding is Coding.H265:
        options = {"preset": "ultrafast", "x265-params": "bframes=0:log-level=none"}
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264" if film.coding is Coding.H264 else "libx265", RATE_HZ, options=options)
        stream.width, stream.height, stream.pix_fmt = film.width_px, film.height_px, "yuv420p"
        stream.codec_context.gop_size = KEY_EVERY
        stream.codec_context.bit_rate = film.bit_rate
        for picture in _pictures(film):
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _pictures(film: Film) -> Iterator[av.VideoFrame]:
    """A still, grainy street with a fresh grain in each picture, over which a few boxes go; a number strip below."""
    rng = np.random.default_rng(11)
    size = (film.height_px, film.width_px)
    coarse = rng.integers(60, 190, (size[0] // 8, size[1] // 8, 3), dtype=np.uint8)
    street = coarse.repeat(8, 0).repeat(8, 1)[: size[0], : size[1]].copy()
    grain = rng.integers(0, 12, (size[0], size[1] * 2, 1), dtype=np.uint8)
    boxes = rng.integers(0, [size[1] - 120, size[0] - 240], (6, 2))
    for number in range(RATE_HZ * SECONDS):
        start = int(rng.integers(size[1]))
        picture = street + grain[:, start : start + size[1]]
        for box, (left, top) in enumerate(boxes):
            at = (int(left) + number * (3 + box)) % (size[1] - 120)
            picture[top : top + 200, at : at + 80] = 40 + 30 * box
        draw_clock(picture, f"L{film.height_px}", number)
        yield av.VideoFrame.from_ndarray(picture, format="bgr24")
