"""Where the level world appears in a calibrated camera: the way back of ``hub/vision/description/height.py``."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
METRES_PER_DEGREE = 111_320.0
"""Of latitude; the earth is taken as flat around a camera."""
_NEAREST_M = 0.05


@dataclass(frozen=True)
class Stand:
    """A camera at (``east_m``, ``north_m``), ``height_m`` above level ground; its axis dips ``tilt_rad`` below the
    horizon and points to ``heading_rad`` (clockwise from north)."""

    focal_px: float
    height_m: float
    tilt_rad: float
    heading_rad: float
    east_m: float
    north_m: float

    def project(self, points: Floats, middle_px: tuple[float, float]) -> Floats:
        """Pixels (N, 2) of world points (N, 3: east, north, up, metres); far outside where a point lies behind."""
        east, north = points[:, 0] - self.east_m, points[:, 1] - self.north_m
        below = self.height_m - points[:, 2]
        ahead = east * math.sin(self.heading_rad) + north * math.cos(self.heading_rad)
        right = east * math.cos(self.heading_rad) - north * math.sin(self.heading_rad)
        depth = np.maximum(ahead * math.cos(self.tilt_rad) + below * math.sin(self.tilt_rad), _NEAREST_M)
        down = below * math.cos(self.tilt_rad) - ahead * math.sin(self.tilt_rad)
        return np.stack(
            [middle_px[0] + self.focal_px * right / depth, middle_px[1] + self.focal_px * down / depth], axis=1
        )

    def ground_at(self, pixels: Floats, middle_px: tuple[float, float]) -> Floats:
        """Ground points (N, 2: east, north) that pixels (N, 2) look at; not a number above the horizon."""
        x = (pixels[:, 0] - middle_px[0]) / self.focal_px
        y = (pixels[:, 1] - middle_px[1]) / self.focal_px
        down = math.sin(self.tilt_rad) + y * math.cos(self.tilt_rad)
        length = self.height_m / np.where(down > 1e-6, down, np.nan)
        ahead, right = length * (math.cos(self.tilt_rad) - y * math.sin(self.tilt_rad)), length * x
        heading = self.heading_rad
        return np.stack(
            [
                self.east_m + ahead * math.sin(heading) + right * math.cos(heading),
                self.north_m + ahead * math.cos(heading) - right * math.sin(heading),
            ],
            axis=1,
        )


@dataclass(frozen=True)
class Origin:
    """The point of the map from which metres are counted."""

    latitude: float
    longitude: float

    def metres(self, latitude: float, longitude: float) -> tuple[float, float]:
        """East and north of here."""
        return (longitude - self.longitude) * self._per_degree_east(), (latitude - self.latitude) * METRES_PER_DEGREE

    def degrees(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Latitude and longitude."""
        return self.latitude + north_m / METRES_PER_DEGREE, self.longitude + east_m / self._per_degree_east()

    def _per_degree_east(self) -> float:
        return METRES_PER_DEGREE * math.cos(math.radians(self.latitude))
