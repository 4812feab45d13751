"""What a calibration looks like: a grid of posts in the picture, and the ground in view on the map."""

from __future__ import annotations

import math

import numpy as np

from devices.protocol.sightings import Calibration
from hub.calibration.messages import Stick
from hub.calibration.pinhole import Origin, Stand

FARTHEST_M = 40.0
"""Farther, a person of 1.7 m is a few pixels on most cameras."""
_POSTS_AHEAD_M = (3.0, 5.0, 8.0, 12.0, 18.0, 27.0)
_POSTS_ASIDE = (-0.6, -0.2, 0.2, 0.6)
"""Of half the picture's width at that distance."""
_CHILD_M, _ADULT_M = 1.1, 1.7
_EDGE_POINTS = 9


def sticks(calibration: Calibration) -> tuple[Stick, ...]:
    """Posts at some distances whose feet are in the picture."""
    stand = _at_origin(calibration)
    middle = (calibration.center_x_px, calibration.center_y_px)
    found = []
    for ahead in _POSTS_AHEAD_M:
        half = ahead * calibration.width_px / (2 * calibration.focal_px)
        for aside in _POSTS_ASIDE:
            post = np.array([(half * aside, ahead, height) for height in (0.0, _CHILD_M, _ADULT_M)])
            foot, child, adult = ((float(x), float(y)) for x, y in stand.project(post, middle))
            if 0 <= foot[0] < calibration.width_px and 0 <= foot[1] < calibration.height_px:
                found.append(Stick(ahead_m=ahead, foot=foot, child=child, adult=adult))
    return tuple(found)


def footprint(calibration: Calibration) -> tuple[tuple[float, float], ...]:
    """Latitude and longitude around the ground in view, at most FARTHEST_M away; empty where none is."""
    stand = _at_origin(calibration)
    width, height = float(calibration.width_px), float(calibration.height_px)
    across, down = np.linspace(0, width, _EDGE_POINTS), np.linspace(height, 0, _EDGE_POINTS)
    edge = [*((x, height) for x in across), *((width, y) for y in down), *((0.0, y) for y in down[::-1])]
    # The top edge is cut off by FARTHEST_M: the sides end there, and are joined at the end.
    ground = stand.ground_at(np.array(edge), (calibration.center_x_px, calibration.center_y_px))
    origin, heading = Origin(calibration.latitude, calibration.longitude), math.radians(calibration.heading_deg)
    points = []
    for (x, _), (right, ahead) in zip(edge, ground, strict=True):
        far = math.hypot(right, ahead)
        if not math.isfinite(far):  # above the horizon: as far as is shown, in that direction
            right, ahead, far = (x - calibration.center_x_px) / calibration.focal_px, 1.0, math.inf
        if far > FARTHEST_M:
            shrink = FARTHEST_M / math.hypot(right, ahead)
            right, ahead = right * shrink, ahead * shrink
        east = ahead * math.sin(heading) + right * math.cos(heading)
        north = ahead * math.cos(heading) - right * math.sin(heading)
        points.append(origin.degrees(float(east), float(north)))
    return tuple(points)


def _at_origin(calibration: Calibration) -> Stand:
    """The camera over the point (0, 0), looking north."""
    tilt = math.radians(calibration.tilt_deg)
    return Stand(calibration.focal_px, calibration.camera_height_m, tilt, 0.0, 0.0, 0.0)
