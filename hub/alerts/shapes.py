"""Which places lie in a shape of the ground, taken for flat: true to a metre over some kilometres. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.float64]
"""Shape (N, 2): latitude and longitude, degrees."""
Inside = NDArray[np.bool_]
"""Shape (N,)."""
Point = tuple[float, float]
"""Latitude and longitude, degrees."""
METRES_A_DEGREE = 111_195.0
"""Of latitude, on a sphere of the earth's mean radius, 6,371,009 m."""


def in_circle(places: Places, centre: Point, radius_m: float) -> Inside:
    """Those at most so far from the centre."""
    inside: Inside = np.hypot(*_metres(places, centre).T) <= radius_m
    return inside


def in_polygon(places: Places, corners: Sequence[Point]) -> Inside:
    """Those from which a way to the north crosses the sides an odd number of times; the last corner joins the first."""
    inside = np.zeros(len(places), dtype=bool)
    for (y1, x1), (y2, x2) in pairwise((*corners, *corners[:1])):
        spans = (x1 > places[:, 1]) != (x2 > places[:, 1])
        if x1 != x2:
            inside ^= spans & (places[:, 0] < y1 + (places[:, 1] - x1) / (x2 - x1) * (y2 - y1))
    return inside


def along_path(places: Places, line: Sequence[Point], within_m: float) -> Inside:
    """Those at most so far from the nearest piece of the line."""
    inside = np.zeros(len(places), dtype=bool)
    for start, end in pairwise(line):
        to_places = _metres(places, start)
        (piece,) = _metres(np.array([end], dtype=np.float64), start)
        length2 = float(piece @ piece)
        share = np.clip(to_places @ piece / length2, 0.0, 1.0) if length2 else np.zeros(len(places))
        inside |= np.hypot(*(to_places - share[:, np.newaxis] * piece).T) <= within_m
    return inside


def _metres(places: Places, origin: Point) -> NDArray[np.float64]:
    """North and east of the origin, shape (N, 2)."""
    scale = (METRES_A_DEGREE, METRES_A_DEGREE * np.cos(np.radians(origin[0])))
    metres: NDArray[np.float64] = (places - origin) * scale
    return metres
