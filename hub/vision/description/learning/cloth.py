"""Draws the torso of an invented person as a camera might show it, in plain, striped, checked or printed cloth."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hub.vision.description.learning.wardrobe import Colour, cloth, colour
from hub.vision.description.patterns import PATCH_COLUMNS, PATCH_ROWS
from hub.vision.description.view import Picture, Weights

_FINE = 3
"""Drawn at three times the patch's size, so that what is finer than a pixel blurs as it does in a camera."""
_LEAST_CONTRAST = 0.2
PLAIN, STRIPED, CHECKED, PRINTED = range(4)


def draw_cloth(pattern: int, rng: Generator) -> tuple[Picture, Weights]:
    """A patch (uint8 BGR, PATCH_ROWS x PATCH_COLUMNS) of this index of PATTERNS, and how much of it is the person's."""
    rows, columns = PATCH_ROWS * _FINE, PATCH_COLUMNS * _FINE
    down, across = np.mgrid[0:rows, 0:columns].astype(np.float32)
    first, second = _two_colours(rng)
    picture = np.full((rows, columns, 3), first, np.float32)
    wave = rng.uniform(0, 3) * np.sin(across / rng.uniform(20, 60) + rng.uniform(0, 6)) + across * rng.normal(0, 0.06)
    if pattern == STRIPED:
        along = down + wave if rng.random() < 0.75 else across + down * rng.normal(0, 0.06)
        _bands(picture, along, rng, second)
    elif pattern == CHECKED:
        period, duty = rng.uniform(4, 14) * _FINE, rng.uniform(0.25, 0.6)
        rings = [((axis + rng.uniform(0, 40)) / period % 1 < duty) for axis in (down + wave, across + down * 0.03)]
        share = (rings[0].astype(np.float32) + rings[1]) / 2
        picture += share[..., None] * (np.array(second, np.float32) - np.array(first, np.float32))
    elif pattern == PRINTED:
        _print(picture, rng, second)
    _wear(picture, rng)
    return _seen(picture, rng), _shown(rng)


def _two_colours(rng: Generator) -> tuple[Colour, Colour]:
    """Colours that can be told apart in one garment."""
    first = cloth(rng, lower=False)
    while True:
        second = cloth(rng, lower=False)
        if np.abs(np.array(first) - np.array(second)).max() > _LEAST_CONTRAST:
            return first, second


def _bands(picture: NDArray[np.float32], along: NDArray[np.float32], rng: Generator, second: Colour) -> None:
    period, duty = rng.uniform(3.5, 16) * _FINE, rng.uniform(0.25, 0.6)
    picture[(along + rng.uniform(0, 60)) / period % 1 < duty] = second


def _print(picture: NDArray[np.float32], rng: Generator, second: Colour) -> None:
    rows, columns = picture.shape[:2]
    if rng.random() < 0.5:  # a figure on the chest
        middle = (columns * rng.uniform(0.35, 0.65), rows * rng.uniform(0.25, 0.5))
        size = rng.uniform(0.14, 0.3) * rows
        for _ in range(int(rng.integers(2, 7))):
            spot = (int(middle[0] + rng.normal(0, size * 0.4)), int(middle[1] + rng.normal(0, size * 0.4)))
            axes = (int(size * rng.uniform(0.2, 0.7)), int(size * rng.uniform(0.2, 0.7)))
            fill = second if rng.random() < 0.7 else cloth(rng, lower=False)
            cv2.ellipse(picture, spot, axes, rng.uniform(0, 180), 0, 360, fill, -1)
        return
    for _ in range(int(rng.integers(15, 50))):  # flowers or the like all over
        spot = (int(rng.integers(0, columns)), int(rng.integers(0, rows)))
        axes = (int(rng.uniform(3, 13)), int(rng.uniform(3, 13)))
        fill = second if rng.random() < 0.6 else cloth(rng, lower=False)
        cv2.ellipse(picture, spot, axes, rng.uniform(0, 180), 0, 360, fill, -1)


def _wear(picture: NDArray[np.float32], rng: Generator) -> None:
    """What makes plain cloth less plain: straps, an open jacket, hair, a hand, a hem, a bag on the back."""
    rows, columns = picture.shape[:2]
    dark = colour(rng.uniform(0, 360), rng.uniform(0, 0.5), rng.uniform(0.05, 0.5))
    skin = colour(rng.normal(20, 4), rng.uniform(0.3, 0.5), rng.uniform(0.55, 0.9))
    if rng.random() < 0.15:
        start, end = (int(rng.uniform(0, columns)), 0), (int(rng.uniform(0, columns)), rows)
        cv2.line(picture, start, end, dark, int(rng.uniform(2, 6) * _FINE))
    if rng.random() < 0.1:
        left = int(columns * rng.uniform(0.25, 0.5))
        picture[:, left : left + int(columns * rng.uniform(0.15, 0.4))] = cloth(rng, lower=False)
    if rng.random() < 0.15:
        cv2.ellipse(
            picture,
            (int(columns * rng.uniform(0.2, 0.8)), 0),
            (int(columns * 0.25), int(rows * rng.uniform(0.1, 0.4))),
            0,
            0,
            360,
            dark,
            -1,
        )
    if rng.random() < 0.2:
        start = (int(rng.choice([0, columns])), int(rng.uniform(0.3, 1) * rows))
        end = (int(rng.uniform(0.2, 0.8) * columns), int(rng.uniform(0.3, 1) * rows))
        cv2.line(picture, start, end, skin, int(rng.uniform(3, 7) * _FINE))
    if rng.random() < 0.15:
        picture[int(rows * rng.uniform(0.8, 0.95)) :] = cloth(rng, lower=True)
    if rng.random() < 0.08:
        left, top = int(columns * rng.uniform(0, 0.4)), int(rows * rng.uniform(0.05, 0.3))
        picture[top : top + int(rows * 0.6), left : left + int(columns * 0.6)] = dark


def _noise(rng: Generator, rows: int, columns: int, size: float) -> NDArray[np.float32]:
    small = rng.normal(0, 1, (max(2, int(rows / size)), max(2, int(columns / size)))).astype(np.float32)
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC), np.float32)


def _seen(picture: NDArray[np.float32], rng: Generator) -> Picture:
    """Folds, light, blur by distance and movement, noise and JPEG."""
    rows, columns = picture.shape[:2]
    folds = _noise(rng, rows, columns, rng.uniform(12, 40)) * rng.uniform(0.03, 0.16)
    folds += _noise(rng, rows, columns, rng.uniform(40, 90)) * rng.uniform(0.05, 0.25)
    lit = picture * np.exp(folds)[..., None] * np.exp(rng.normal(0, 0.25)) + rng.uniform(0, 0.06)
    lit = cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.6, 1.6) * _FINE)
    if rng.random() < 0.25:
        lit = cv2.blur(lit, (int(rng.uniform(1, 3) * _FINE), 1))
    small = cv2.resize(lit, (PATCH_COLUMNS, PATCH_ROWS), interpolation=cv2.INTER_AREA)
    small += rng.normal(0, rng.uniform(0.005, 0.03), small.shape)
    coded = cv2.imencode(
        ".jpg", np.clip(small * 255, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(50, 95))]
    )[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def _shown(rng: Generator) -> Weights:
    """The mask: whole but for soft sides."""
    side = rng.uniform(0, 5)
    away = np.minimum(np.arange(PATCH_COLUMNS), PATCH_COLUMNS - 1 - np.arange(PATCH_COLUMNS))
    sides = 1 / (1 + np.exp(-(away - side + 2)))
    return np.asarray(np.repeat(sides[None], PATCH_ROWS, axis=0), np.float32)
