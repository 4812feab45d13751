"""People drawn with plain shapes, lifelike enough for the real detector, and clips of them walking."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box

Colour = tuple[int, int, int]
SKIN: Colour = (140, 170, 215)
HAIR: Colour = (25, 30, 40)
RED: Colour = (40, 40, 190)
BLUE: Colour = (150, 70, 40)


@dataclass(frozen=True)
class Walker:
    """Walks along the ground: foot point at second 0 (pixels), speed (pixels a second), height in pixels."""

    foot_x: float
    foot_y: float
    speed_px_s: float
    height_px: float
    upper: Colour = RED
    lower: Colour = BLUE

    def box(self, at_s: float) -> Box:
        width = self.height_px * 0.42
        return Box(
            self.foot_x + self.speed_px_s * at_s - width / 2, self.foot_y - self.height_px, width, self.height_px
        )


def street(width: int = 640, height: int = 480, seed: int = 7) -> NDArray[np.uint8]:
    """A wall above a pavement, with the grain of real surfaces."""
    random = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    picture[: height // 3] = (150, 160, 165)
    picture[height // 3 :] = (118, 122, 125)
    picture += cv2.GaussianBlur(random.normal(0, 30, picture.shape).astype(np.float32), (0, 0), 2)
    return np.clip(picture, 0, 255).astype(np.uint8)


def draw(picture: NDArray[np.uint8], walker: Walker, at_s: float) -> None:
    """Paint the walker where he is at that second."""
    height = walker.height_px
    x, foot_y = walker.foot_x + walker.speed_px_s * at_s, walker.foot_y
    phase = math.sin(at_s * 2 * math.pi * 0.9) if walker.speed_px_s else 0.15
    shadow = picture.copy()
    cv2.ellipse(
        shadow, (round(x), round(foot_y)), (round(height * 0.2), round(height * 0.04)), 0, 0, 360, (60, 60, 60), -1
    )
    picture[:] = cv2.addWeighted(shadow, 0.5, picture, 0.5, 0)
    hip, shoulder, head = foot_y - height * 0.5, foot_y - height * 0.80, foot_y - height * 0.92
    for side in (-1, 1):
        swing = side * phase * height * 0.11
        knee = (x + side * height * 0.03 + swing * 0.7, foot_y - height * 0.26)
        foot = (x + side * height * 0.035 + swing * 1.3, foot_y - height * 0.03)
        _limb(picture, (x + side * height * 0.04, hip), knee, height * 0.062, walker.lower, side)
        _limb(picture, knee, foot, height * 0.047, walker.lower, side)
        _limb(picture, foot, (foot[0] + height * 0.05, foot[1] + height * 0.01), height * 0.025, (30, 30, 35), side)
        hand = (x + side * height * 0.12 - swing * 0.8, hip + height * 0.02)
        _limb(picture, (x + side * height * 0.09, shoulder), hand, height * 0.035, walker.upper, side)
        _limb(picture, hand, (hand[0], hand[1] + height * 0.02), height * 0.025, SKIN, side)
    for step in np.linspace(0, 1, 12):
        half = height * (0.115 - 0.03 * step)
        shade = 0.75 + 0.25 * (1 - step)
        y = shoulder - height * 0.01 + (hip - shoulder + height * 0.03) * step
        tone = tuple(round(value * shade) for value in walker.upper)
        cv2.ellipse(
            picture, (round(x), round(y)), (round(half), round(height * 0.035)), 0, 0, 360, tone, -1, cv2.LINE_AA
        )
    _limb(picture, (x, shoulder), (x, head), height * 0.03, SKIN, 0)
    cv2.ellipse(
        picture,
        (round(x), round(head)),
        (round(height * 0.05), round(height * 0.068)),
        0,
        0,
        360,
        SKIN,
        -1,
        cv2.LINE_AA,
    )
    cv2.ellipse(
        picture,
        (round(x), round(head - height * 0.02)),
        (round(height * 0.055), round(height * 0.055)),
        0,
        180,
        360,
        HAIR,
        -1,
    )


def _limb(
    picture: NDArray[np.uint8],
    start: tuple[float, float],
    end: tuple[float, float],
    half: float,
    colour: Colour,
    side: int,
) -> None:
    shade = 0.8 if side < 0 else 1.0
    tone = tuple(round(value * shade) for value in colour)
    points = (round(start[0]), round(start[1])), (round(end[0]), round(end[1]))
    cv2.line(picture, *points, tone, max(1, round(half * 2)), cv2.LINE_AA)


def scene(walkers: Sequence[Walker], at_s: float, background: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """One picture of a street with walkers, the far ones first."""
    picture = (street() if background is None else background).copy()
    for walker in sorted(walkers, key=lambda each: each.foot_y):
        draw(picture, walker, at_s)
    grain = np.random.default_rng(round(at_s * 1000) + 1).normal(0, 3, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (3, 3), 0) + grain, 0, 255).astype(np.uint8)


def film(path: Path, walkers: Sequence[Walker], seconds: float, rate_hz: int = 10, encoder: str = "libx264") -> Path:
    """A clip of the scene, of H.264 or H.265 (libx265)."""
    background = street()
    times_s = (number / rate_hz for number in range(round(seconds * rate_hz)))
    return film_of(path, [scene(walkers, at_s, background) for at_s in times_s], rate_hz, encoder)


def film_of(path: Path, pictures: Sequence[NDArray[np.uint8]], rate_hz: int = 10, encoder: str = "libx264") -> Path:
    """A clip of these pictures, BGR and of one size."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            encoder,
            rate=rate_hz,
            options={
                "preset": "ultrafast",
                "crf": "20",
                "g": "20",
                "bf": "0",
                "x265-params": "log-level=none:bframes=0",
            },
        )
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, rate_hz)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
