"""Renders one camera's film: people over the still street, sensor noise, the clock, coded as H.264 in MP4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from simulators.community.appearances import Appearance, appearances
from simulators.community.arrays import Floats, Image
from simulators.community.backdrop import draw_backdrop
from simulators.community.clockface import draw_clock
from simulators.community.painter import Dress, Painter, folds
from simulators.community.parameters import FRAME_RATE_HZ
from simulators.community.people import Person
from simulators.community.placement import SceneCamera

_NOISE_PLANES = 5
_REPORT_EVERY = 50


def _as_demonstrated() -> dict[str, str]:
    return {
        "preset": "veryfast",
        "profile": "main",
        "crf": "22",
        "maxrate": "800k",
        "bufsize": "800k",
        "bf": "0",
        "x264-params": "scenecut=0:rc-lookahead=10:ref=1",
    }


@dataclass(frozen=True)
class Filming:
    """How a camera films: pictures a second, and between key pictures; what it writes into each; libx264's options."""

    rate_hz: int = FRAME_RATE_HZ
    key_every: int = FRAME_RATE_HZ
    write: Callable[[Image, str, int], None] = draw_clock
    options: dict[str, str] = field(default_factory=_as_demonstrated)


def render_film(
    camera: SceneCamera,
    people: list[Person],
    times_s: Floats,
    target: Path,
    progress: Callable[[int], None],
    filming: Filming | None = None,
) -> None:
    """Render one frame per scenario time into ``target``, which appears only when it is complete.

    ``progress`` is told the number of frames done since it was last told.
    """
    filming = filming or Filming()
    found = appearances(camera, people, times_s)
    together: list[list[tuple[int, int]]] = [[] for _ in times_s]
    for index, one in enumerate(found):
        for position, frame in enumerate(one.frames):
            together[int(frame)].append((index, position))
    painter = Painter(camera.viewpoint)
    shadows = [painter.shadows(one.poses) for one in found]
    dresses = [_dress(one.person, camera.gains) for one in found]
    empty = _noisy_backdrops(camera)
    rng = np.random.default_rng(camera.seed)
    cv2.setNumThreads(1)
    partial = target.with_suffix(".part")
    with av.open(str(partial), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=filming.rate_hz, options=filming.options)
        stream.width, stream.height = camera.viewpoint.width_px, camera.viewpoint.height_px
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = filming.key_every
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = Fraction(1, filming.rate_hz)
        plane = told = 0
        for number, present in enumerate(together):
            plane = (plane + int(rng.integers(1, _NOISE_PLANES))) % _NOISE_PLANES
            picture = empty[plane].copy()
            _paint(picture, painter, found, shadows, dresses, present)
            filming.write(picture, camera.camera_id, number)
            planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), dtype=np.uint8)
            coded = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            coded.pts = number
            container.mux(stream.encode(coded))
            if number - told == _REPORT_EVERY:
                progress(number - told)
                told = number
        container.mux(stream.encode(None))
    partial.replace(target)
    progress(len(together) - told)


def _paint(
    picture: Image,
    painter: Painter,
    found: list[Appearance],
    shadows: list[Floats],
    dresses: list[Dress],
    present: list[tuple[int, int]],
) -> None:
    """Everybody in one frame: first the shadows, then bodies from the farthest."""
    for index, position in present:
        painter.shade(picture, shadows[index][position], found[index].outlines.radii[position])
    for index, position in sorted(present, key=lambda at: -found[at[0]].outlines.depth_m[at[1]]):
        painter.draw(picture, found[index].outlines, position, dresses[index])


def _dress(person: Person, gains: tuple[float, float, float]) -> Dress:
    blue_green_red = np.array(person.tones, dtype=np.float32)[:, ::-1] * np.array(gains, dtype=np.float32)
    return Dress(np.clip(blue_green_red, 0, 255), folds(np.random.default_rng(person.seed)))


def _noisy_backdrops(camera: SceneCamera) -> list[Image]:
    """The empty street in this camera's light with a few planes of sensor noise."""
    clean = draw_backdrop(camera.viewpoint, camera.street, camera.seed % 1000) * np.array(camera.gains)
    rng = np.random.default_rng(camera.seed + 1)
    planes = []
    for _ in range(_NOISE_PLANES):
        grain = rng.normal(0, camera.noise, (*clean.shape[:2], 1)) + rng.normal(0, camera.noise / 3, clean.shape)
        planes.append(np.clip(clean + grain, 0, 255).astype(np.uint8))
    return planes
