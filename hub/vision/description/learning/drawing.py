"""Draws an invented person as a camera might see them: another stance, background, light and blur each time."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hub.vision.description.learning.wardrobe import Colour, Outfit, Pattern, cloth, colour
from hub.vision.description.view import COLUMNS, ROWS, Picture, Weights

_SUBPIXEL = 16
Point = tuple[float, float]


class _Canvas:
    """A picture and the person's mask, drawn together."""

    def __init__(self, background: NDArray[np.float32]) -> None:
        self.picture = background
        self.mask = np.zeros((ROWS, COLUMNS), np.uint8)

    def shape(self, corners: list[Point], fill: Colour) -> None:
        points = [np.round(np.array(corners) * _SUBPIXEL).astype(np.int32)]
        cv2.fillPoly(self.picture, points, fill, shift=4)
        cv2.fillPoly(self.mask, points, 255, shift=4)

    def limb(self, start: Point, end: Point, thickness: float, fill: Colour) -> None:
        first = (int(start[0] * _SUBPIXEL), int(start[1] * _SUBPIXEL))
        last = (int(end[0] * _SUBPIXEL), int(end[1] * _SUBPIXEL))
        cv2.line(self.picture, first, last, fill, max(1, int(thickness)), shift=4)
        cv2.line(self.mask, first, last, 255, max(1, int(thickness)), shift=4)


def draw(outfit: Outfit, rng: Generator) -> tuple[Picture, Weights]:
    """The person once more: picture (uint8 BGR, ROWS x COLUMNS) and mask (0..1) as a network might find it."""
    canvas = _Canvas(_background(rng))
    top, bottom = rng.uniform(0, 0.09) * ROWS, ROWS * (1 - rng.uniform(-0.04, 0.06))
    height = bottom - top
    middle = COLUMNS / 2 + rng.normal(0, 3)
    shoulder = height * 0.125 * outfit.girth * rng.uniform(0.7, 1.1)
    waist = top + height * (outfit.waist + rng.normal(0, 0.01))
    neck = top + height * 0.17
    from_behind = rng.random() < 0.4
    _legs(canvas, outfit, rng, (middle, waist), bottom, height, shoulder)
    corners = [(middle - shoulder, neck), (middle + shoulder, neck)]
    corners += [(middle + shoulder * 0.8, waist + 2), (middle - shoulder * 0.8, waist + 2)]
    canvas.shape(corners, outfit.upper)
    _pattern(canvas.picture, outfit, from_behind, (middle - shoulder * 0.9, neck, middle + shoulder * 0.9, waist + 2))
    for side in (-1, 1):
        start = (middle + side * shoulder, neck + 3)
        hand = (middle + side * shoulder * rng.uniform(0.6, 1.5), waist + rng.uniform(-0.08, 0.04) * height)
        canvas.limb(start, hand, shoulder * 0.3, outfit.skin)
        canvas.limb(start, _between(start, hand, outfit.sleeve), shoulder * 0.45, outfit.upper)
    _head_and_bag(canvas, outfit, rng, from_behind, (middle, top), (neck, waist), (height, shoulder))
    if rng.random() < 0.2:
        spot = (int(rng.integers(0, COLUMNS)), int(rng.integers(ROWS // 2, ROWS)))
        axes = (int(rng.integers(5, 20)), int(rng.integers(8, 30)))
        cv2.ellipse(canvas.picture, spot, axes, 0, 0, 360, cloth(rng, lower=False), -1)
    return _lit(canvas.picture, rng), _as_found(canvas.mask, rng)


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _background(rng: Generator) -> NDArray[np.float32]:
    picture = np.zeros((ROWS, COLUMNS, 3), np.float32)
    hue = rng.uniform(60, 130) if rng.random() < 0.35 else rng.uniform(0, 360)
    picture[:] = colour(hue, rng.uniform(0, 0.3), rng.uniform(0.3, 0.8))
    picture[: rng.integers(0, ROWS)] = colour(rng.uniform(0, 360), rng.uniform(0, 0.4), rng.uniform(0.1, 0.9))
    for _ in range(rng.integers(0, 4)):
        x, y = int(rng.integers(-20, COLUMNS)), int(rng.integers(-20, ROWS))
        end = (x + int(rng.integers(5, 40)), y + int(rng.integers(10, 80)))
        cv2.rectangle(picture, (x, y), end, cloth(rng, lower=False), -1)
    return picture


def _legs(
    canvas: _Canvas, outfit: Outfit, rng: Generator, hips: Point, bottom: float, height: float, shoulder: float
) -> None:
    middle, waist = hips
    stride, phase = rng.uniform(0, 0.14) * height, rng.uniform(-1, 1)
    for side in (-1, 1):
        foot = (middle + side * (stride * phase + 2), bottom - 2)
        hip = (middle + side * shoulder * 0.35, waist)
        canvas.limb(hip, foot, shoulder * 0.5, outfit.skin)
        canvas.limb(hip, _between(hip, foot, outfit.leg), shoulder * 0.75, outfit.lower)
        canvas.limb((foot[0], bottom - 4), (foot[0] + 3 * phase, bottom - 2), 4, outfit.shoes)
    if outfit.skirt:
        hem = waist + height * 0.45 * outfit.leg
        corners = [(middle - shoulder * 0.7, waist - 2), (middle + shoulder * 0.7, waist - 2)]
        canvas.shape([*corners, (middle + shoulder * 1.2, hem), (middle - shoulder * 1.2, hem)], outfit.lower)


def _pattern(
    picture: NDArray[np.float32], outfit: Outfit, from_behind: bool, box: tuple[float, float, float, float]
) -> None:
    left, top, right, bottom = (max(0, int(side)) for side in box)
    chest = picture[top:bottom, left:right]
    if chest.size == 0:
        return
    down, across = np.mgrid[0 : chest.shape[0], 0 : chest.shape[1]]
    rows, columns, period = chest.shape[0], chest.shape[1], outfit.pattern_px
    if outfit.pattern is Pattern.STRIPES:
        chest[(down / period * 2) % 2 < 1] = outfit.second
    elif outfit.pattern is Pattern.CHECKS:
        chest[(down // period + across // period) % 2 < 1] = outfit.second
    elif outfit.pattern is Pattern.PRINT and not from_behind:
        chest[((down / rows - 0.4) / 0.25) ** 2 + ((across / columns - 0.5) / 0.3) ** 2 < 1] = outfit.second
    elif outfit.pattern is Pattern.OPEN_JACKET and not from_behind:
        chest[np.abs(across / columns - 0.5) < 0.2] = outfit.second


def _head_and_bag(
    canvas: _Canvas,
    outfit: Outfit,
    rng: Generator,
    from_behind: bool,
    crown: Point,
    trunk: tuple[float, float],
    size: tuple[float, float],
) -> None:
    (middle, top), (neck, waist), (height, shoulder) = crown, trunk, size
    radius = height * 0.065
    for target, fill in ((canvas.picture, outfit.hair), (canvas.mask, 255)):
        cv2.circle(target, (int(middle), int(top + radius * 1.1)), int(radius), fill, -1)
    if not from_behind:
        axes = (int(radius * 0.7), int(radius * 0.75))
        cv2.ellipse(canvas.picture, (int(middle), int(top + radius * 1.35)), axes, 0, 0, 360, outfit.skin, -1)
    elif outfit.long_hair:
        ends = [(middle + radius, neck + height * 0.1), (middle - radius, neck + height * 0.1)]
        canvas.shape([(middle - radius, top + radius), (middle + radius, top + radius), *ends], outfit.hair)
    if outfit.bag is None:
        return
    carried = rng.random()
    if from_behind or carried < 0.3:
        left, right, low = middle - shoulder * 0.6, middle + shoulder * 0.6, waist - height * 0.06
        canvas.shape([(left, neck + 4), (right, neck + 4), (right, low), (left, low)], outfit.bag)
    elif carried < 0.7:
        canvas.limb((middle - shoulder * 0.7, neck), (middle + shoulder * 0.7, waist), 3, outfit.bag)


def _patches(rng: Generator, size_px: float, strength: float) -> NDArray[np.float32]:
    shape = (max(2, int(ROWS / size_px)), max(2, int(COLUMNS / size_px)))
    noise = rng.normal(0, 1, shape).astype(np.float32)
    return np.asarray(np.exp(strength * cv2.resize(noise, (COLUMNS, ROWS), interpolation=cv2.INTER_CUBIC)), np.float32)


def _lit(picture: NDArray[np.float32], rng: Generator) -> Picture:
    """Folds, slanting light, a colour cast, exposure, haze, gamma, blur and noise."""
    across = np.exp(rng.normal(0, 0.2) * (np.arange(COLUMNS) / COLUMNS - 0.5))[None, :]
    down = np.exp(rng.normal(0, 0.25) * (np.arange(ROWS) / ROWS - 0.5))[:, None]
    shading = _patches(rng, 30, 0.15) * _patches(rng, 6, 0.12) * across * down
    cast = np.exp(rng.normal(0, 1) * np.array([0.1, 0.0, -0.1]) + rng.normal(0, 0.04, 3)) * np.exp(rng.normal(0, 0.3))
    haze = max(0.0, rng.normal(0.03, 0.07))
    lit = picture * shading[..., None] * cast * (1 - haze) + haze * rng.uniform(0.4, 0.8)
    lit = np.clip(lit, 0, 1) ** np.exp(rng.normal(0, 0.2))
    lit = cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.5, 1.6)) + rng.normal(0, rng.uniform(0.005, 0.04), lit.shape)
    return np.asarray(np.clip(lit, 0, 1) * 255, np.uint8)


def _as_found(mask: NDArray[np.uint8], rng: Generator) -> Weights:
    """The mask a little too large or too small, soft at the edge, sometimes with a part missed."""
    kernel = np.ones((3, 3), np.uint8)
    chance = rng.random()
    if chance < 0.3:
        mask = np.asarray(cv2.dilate(mask, kernel, iterations=int(rng.integers(1, 3))), np.uint8)
    elif chance < 0.5:
        mask = np.asarray(cv2.erode(mask, kernel), np.uint8)
    found = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), rng.uniform(0.7, 2.5))
    if rng.random() < 0.15:
        found = found * np.clip(_patches(rng, 25, 0.8), 0, 1)
    return np.asarray(np.clip(found, 0, 1), np.float32)
