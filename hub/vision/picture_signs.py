"""What one picture shows of how well it can be seen with: brightness, sharpness, contrast, the directions of its edges.

Edges are the double-angle vectors of the gradient (Granlund, 1978), which neither the light's strength nor its side
changes: what stands in the scene keeps them from day to night, what walks through it averages out.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCKS = (6, 8)
"""Rows and columns in which pictures are compared."""
_HEIGHT_PX = 60
_EDGE = 10.0
"""Grey levels between neighbours: a weaker edge may be noise, and counts for less."""
_SHARPNESS_ROWS = 60
_LEVELS_FALLING = np.arange(255, -1, -1, dtype=np.float32)
_LEAST_OVERLAP = 0.3
"""Of the picture: a shift that leaves less in view cannot be told from another scene."""

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Signs:
    """``brightest`` and ``darkest``: the grey levels above and below which a twentieth of the picture is.

    ``field``: edges, height x width x 2, each at most 1 long. In each block ``level`` is the mean, ``contrast`` the
    standard deviation as a share of what lies between brightest and darkest.
    """

    brightest: int
    darkest: int
    sharpness: float
    field: Plane
    level: Plane
    contrast: Plane


def signs_of(grey: NDArray[np.uint8], small: NDArray[np.uint8], size: tuple[int, int]) -> Signs:
    """Of a grey picture and a smaller one made of it, compared in ``size``: width and height in pixels."""
    tiny = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
    histogram = _histogram(tiny)
    brightest, darkest = 255 - _level(histogram[::-1], 0.05), _level(histogram, 0.05)
    plane = np.asarray(tiny, np.float32)
    level, contrast = _levels(plane)
    contrast /= max(brightest - darkest, 1)
    return Signs(brightest, darkest, _sharpness(grey), _field(plane), level, contrast)


def size_of(grey: NDArray[np.uint8]) -> tuple[int, int]:
    """The size in which a camera's pictures are compared: width and height."""
    return max(BLOCKS[1], round(grey.shape[1] * _HEIGHT_PX / grey.shape[0])), _HEIGHT_PX


def agreement(field: Plane, other: Plane) -> tuple[Plane, Plane]:
    """How far the edges of two pictures agree in each block, -1 to 1, and how strong those of ``other`` are, 0 to 1."""
    pairs = (field, other), (field, field), (other, other)
    both, strength, others = (_blocks(one * two).sum(axis=2) for one, two in pairs)
    return both / np.sqrt(np.maximum(strength * others, 1e-9)), np.sqrt(others)


@dataclass(frozen=True)
class Fit:
    """How far the edges of two pictures agree as they are, and at the shift at which they agree best.

    ``shift`` is a share of the picture's width.
    """

    in_place: float
    best: float
    shift: float


def fit_of(field: Plane, other: Plane) -> Fit:
    """By the correlation of complex numbers, over what both pictures show at each shift."""
    height, width = field.shape[:2]
    shape = (2 * height, 2 * width)
    one, two = (_spectrum(np.ascontiguousarray(each).view(np.complex64)[..., 0], shape) for each in (field, other))
    power_one, power_two = (_spectrum((each * each).sum(axis=2), shape) for each in (field, other))
    inside = _spectrum(np.ones((height, width), np.float32), shape)

    def correlate(a: NDArray[np.complex128], b: NDArray[np.complex128]) -> NDArray[np.float64]:
        return np.asarray(np.fft.ifft2(a * np.conj(b)).real)

    overlap = correlate(inside, inside)
    powers = np.maximum(correlate(power_one, inside), 1e-3) * np.maximum(correlate(inside, power_two), 1e-3)
    agrees = np.where(overlap >= _LEAST_OVERLAP * height * width, correlate(one, two) / np.sqrt(powers), -1.0)
    row, column = np.unravel_index(int(np.argmax(agrees)), shape)
    down, across = (int(at) if at < size else int(at) - 2 * size for at, size in ((row, height), (column, width)))
    return Fit(float(agrees[0, 0]), float(agrees[row, column]), float(np.hypot(down, across)) / width)


def _spectrum(plane: NDArray[np.complex64] | Plane, shape: tuple[int, int]) -> NDArray[np.complex128]:
    return np.asarray(np.fft.fft2(plane, shape), np.complex128)


def _blocks(plane: Plane) -> Plane:
    return np.asarray(cv2.resize(plane, BLOCKS[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _sharpness(grey: NDArray[np.uint8]) -> float:
    """How much of the change over the strongest edges' eight pixels is between two of them: 1/8 where there is no edge.

    A ratio within one picture: less light or contrast leaves it, noise raises it, a lens out of focus lowers it.
    """
    rows = np.ascontiguousarray(grey[:: max(1, grey.shape[0] // _SHARPNESS_ROWS)])
    if rows.shape[1] <= 8:
        return 1.0
    fine = cv2.absdiff(rows[:, 1:], rows[:, :-1])
    coarse = cv2.absdiff(rows[:, 8:], rows[:, :-8])
    return _highest(_histogram(fine)) / max(_highest(_histogram(coarse)), 1.0)


def _histogram(values: cv2.typing.MatLike) -> Plane:
    return np.asarray(cv2.calcHist([values], [0], None, [256], [0, 256]), np.float32).ravel()


def _level(histogram: Plane, share: float) -> int:
    """The level up to which this share of the pixels is."""
    return int(np.searchsorted(np.cumsum(histogram), histogram.sum() * share))


def _highest(histogram: Plane) -> float:
    """The mean of the highest hundredth."""
    wanted = float(histogram.sum()) / 100
    falling = histogram[::-1]
    taken = np.minimum(falling, np.maximum(wanted - (np.cumsum(falling) - falling), 0))
    return float(taken @ _LEVELS_FALLING) / wanted


def _field(tiny: Plane) -> Plane:
    across = cv2.Sobel(tiny, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
    down = cv2.Sobel(tiny, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
    across2, down2 = across * across, down * down
    strength = across2 + down2 + np.float32(_EDGE * _EDGE)
    field = np.empty((*tiny.shape, 2), np.float32)
    np.divide(across2 - down2, strength, out=field[..., 0])
    np.divide(2 * across * down, strength, out=field[..., 1])
    return field


def _levels(tiny: Plane) -> tuple[Plane, Plane]:
    """Mean and standard deviation in each block."""
    mean = _blocks(tiny)
    return mean, np.sqrt(np.maximum(_blocks(tiny * tiny) - mean * mean, 0))
