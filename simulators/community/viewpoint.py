"""Where a camera stands and how it maps the level world onto its picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulators.community.arrays import Floats


@dataclass(frozen=True)
class Viewpoint:
    """A pinhole camera without distortion, at (``east_m``, ``north_m``) and ``height_m`` above level ground.

    ``heading_deg`` is clockwise from north; the optical axis dips ``tilt_deg`` below the horizon.
    """

    east_m: float
    north_m: float
    height_m: float
    heading_deg: float
    tilt_deg: float
    focal_px: float
    width_px: int
    height_px: int

    @property
    def view_deg(self) -> float:
        """The horizontal angle of view."""
        return math.degrees(2 * math.atan(self.width_px / (2 * self.focal_px)))

    def axes(self) -> Floats:
        """Rows: the picture's right, its down, and the optical axis, as unit vectors of (east, north, up)."""
        heading, tilt = math.radians(self.heading_deg), math.radians(self.tilt_deg)
        east, north = math.sin(heading), math.cos(heading)
        return np.array(
            [
                [north, -east, 0.0],
                [-east * math.sin(tilt), -north * math.sin(tilt), -math.cos(tilt)],
                [east * math.cos(tilt), north * math.cos(tilt), -math.sin(tilt)],
            ]
        )

    def project(self, points: Floats) -> Floats:
        """Picture x, picture y (pixels) and depth along the axis (metres) of world ``points``, shape (..., 3)."""
        seen = (points - np.array([self.east_m, self.north_m, self.height_m])) @ self.axes().T
        depth = seen[..., 2]
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        x = self.width_px / 2 + self.focal_px * seen[..., 0] / safe
        y = self.height_px / 2 + self.focal_px * seen[..., 1] / safe
        return np.stack([x, y, depth], axis=-1)

    def rays(self, oversampling: int) -> Floats:
        """Direction (east, north, up) of the ray through each sub-pixel's centre: shape (rows, columns, 3)."""
        columns = (np.arange(self.width_px * oversampling) + 0.5) / oversampling - self.width_px / 2
        rows = (np.arange(self.height_px * oversampling) + 0.5) / oversampling - self.height_px / 2
        x, y = np.meshgrid(columns / self.focal_px, rows / self.focal_px)
        return np.stack([x, y, np.ones_like(x)], axis=-1) @ self.axes()
