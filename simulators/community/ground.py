"""The community's level ground: metres east and north of its middle, and the way to latitude and longitude."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulators.community.arrays import Floats

LATITUDE = 25.1000
LONGITUDE = 105.4700
"""The middle of Qifeng community, Anlong county, Guizhou (about)."""

_METRES_PER_DEGREE = 111_320.0


class Point(NamedTuple):
    """Metres east and north of the middle."""

    east: float
    north: float


class Place(NamedTuple):
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


def place_of(point: Point) -> Place:
    """Latitude and longitude of a point; an equirectangular approximation, good to centimetres over a community."""
    latitude = LATITUDE + point.north / _METRES_PER_DEGREE
    longitude = LONGITUDE + point.east / (_METRES_PER_DEGREE * math.cos(math.radians(LATITUDE)))
    return Place(round(latitude, 7), round(longitude, 7))


@dataclass(frozen=True)
class Line:
    """A polyline that can be walked: ``points`` (N, 2), ``reached`` (N,) metres from its start."""

    points: Floats
    reached: Floats

    @classmethod
    def through(cls, points: list[Point]) -> Line:
        """The line through at least two points."""
        array = np.array(points, dtype=float)
        steps = np.hypot(*np.diff(array, axis=0).T)
        return cls(array, np.concatenate([[0.0], np.cumsum(steps)]))

    @property
    def length_m(self) -> float:
        return float(self.reached[-1])

    def at(self, walked_m: Floats) -> Floats:
        """Points (..., 2) at distances from the start, held at the ends."""
        east = np.interp(walked_m, self.reached, self.points[:, 0])
        north = np.interp(walked_m, self.reached, self.points[:, 1])
        return np.stack([east, north], axis=-1)


def beside(points: list[Point], right_m: float) -> list[Point]:
    """The same polyline moved ``right_m`` to the right of its direction, with mitred corners."""
    array = np.array(points, dtype=float)
    steps = np.diff(array, axis=0)
    units = steps / np.hypot(*steps.T)[:, None]
    rights = np.stack([units[:, 1], -units[:, 0]], axis=1)
    before = np.concatenate([rights[:1], rights])
    after = np.concatenate([rights, rights[-1:]])
    mitre = before + after
    mitre *= (2 / np.maximum((mitre**2).sum(axis=1), 0.5))[:, None]
    return [Point(float(east), float(north)) for east, north in array + right_m * mitre]
