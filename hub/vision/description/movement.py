"""How a person moves: as the camera sees it, and over the ground where the camera is calibrated.

Straight lines are fitted over the last seconds in view, which is where they went, robustly (Huber's weights by
iteration; Holland and Welsch, 1977): a box that others or a bad look have drawn out of place counts little.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import BoxAt, Calibration, Movement
from hub.vision.description.ground import Boxes, feet, foot_is_seen, head_is_seen

LAST_S = 8.0
"""So long at the end of a sighting tells its direction: who stays longer goes to and fro."""
LEAST_LOOKS = 3
LEAST_S = 0.5
_STANDING_MPS = 0.3
_STANDING_HEIGHTS_PER_S = 0.2
"""Slower is standing: a third of a slow walk, on the ground or in the person's own heights (0.3 m/s of 1.6 m)."""
_MOST_ERROR_MPS = 0.2
_MOST_ERROR_SHARE = 0.25
"""A speed is told when its standard error is under the one or under this share of it."""
_FOCAL_IN_WIDTHS = 0.9
"""Of cameras that are not calibrated: an angle of view of 58 degrees, between the usual 2.8 and 4 mm lenses."""
_LEAST_PIXEL_M = 0.03
_FARTHEST_M = 80.0
_HUBER = 1.345
_ROUNDS = 6

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """``heading_deg`` is clockwise from north; None where it is not known, or nobody walks."""

    movement: Movement | None
    heading_deg: float | None = None
    speed_mps: float | None = None


class _Line(NamedTuple):
    """Change per second, and its standard error."""

    slope: float
    error: float


def course_of(
    path: Sequence[BoxAt],
    uncovered: Sequence[BoxAt],
    calibration: Calibration | None,
    frame_width_px: int,
    frame_height_px: int,
) -> Course:
    """Where a path went in its last LAST_S; ``uncovered`` are those of its boxes that nobody else covers.

    Speed is that of the straight way, so who comes back has gone slowly. Over the ground only boxes count that end on
    it; without enough of them, or of a calibration, it is the boxes' way through the picture and their growth. Of who
    is never whole, covered or cut, only left and right are told.
    """
    since_ms = path[-1].offset_ms - LAST_S * 1000
    everything, path = ([box for box in boxes if box.offset_ms >= since_ms] for boxes in (path, uncovered))
    if calibration is not None:
        standing = [box for box in path if foot_is_seen(box, frame_height_px) and _beside(box, frame_width_px)]
        over_ground = _over_ground(standing, calibration, frame_width_px, frame_height_px)
        if over_ground is not None:
            return over_ground
    whole = [box for box in path if head_is_seen(box, frame_width_px) and foot_is_seen(box, frame_height_px)]
    if _long_enough(_seconds(whole)):
        focal_in_widths = calibration.focal_px / calibration.width_px if calibration is not None else _FOCAL_IN_WIDTHS
        return Course(_in_picture(whole, focal_in_widths * frame_width_px))
    sides = [box for box in everything if _beside(box, frame_width_px)]
    if not _long_enough(_seconds(sides)):
        return Course(None)
    aside = _aside(sides)
    return Course(_direction(0.0, aside) if abs(aside) >= _STANDING_HEIGHTS_PER_S else None)


def _over_ground(
    path: Sequence[BoxAt], calibration: Calibration, frame_width_px: int, frame_height_px: int
) -> Course | None:
    stood = feet(calibration, Boxes(calibration, path, frame_width_px, frame_height_px))
    good = np.isfinite(stood.ahead_m) & np.isfinite(stood.pixel_m) & (stood.ahead_m < _FARTHEST_M)
    times = _seconds(path)[good]
    if not _long_enough(times):
        return None
    weights = 1 / np.maximum(stood.pixel_m[good], _LEAST_PIXEL_M) ** 2
    ahead, right = (_line(times, places[good], weights) for places in (stood.ahead_m, stood.right_m))
    speed, error = math.hypot(ahead.slope, right.slope), math.hypot(ahead.error, right.error)
    if error > max(_MOST_ERROR_MPS, _MOST_ERROR_SHARE * speed):
        return None
    if speed < _STANDING_MPS:
        return Course(Movement.STANDING, None, round(speed, 2))
    bearing = math.atan2(float(np.median(stood.right_m[good])), float(np.median(stood.ahead_m[good])))
    away = ahead.slope * math.cos(bearing) + right.slope * math.sin(bearing)
    aside = right.slope * math.cos(bearing) - ahead.slope * math.sin(bearing)
    heading = calibration.heading_deg + math.degrees(math.atan2(right.slope, ahead.slope))
    return Course(_direction(away, aside), round(heading % 360, 1) % 360, round(speed, 2))


def _in_picture(whole: Sequence[BoxAt], focal_px: float) -> Movement:
    """By own heights a second: sideways as seen, away by how fast the box shrinks (distance is focal / size)."""
    times, heights = _seconds(whole), np.array([box.height for box in whole])
    away = -_line(times, np.log(heights), np.ones(len(times))).slope * focal_px / float(np.median(heights))
    aside = _aside(whole)
    return Movement.STANDING if math.hypot(away, aside) < _STANDING_HEIGHTS_PER_S else _direction(away, aside)


def _aside(boxes: Sequence[BoxAt]) -> float:
    """To the right, in heights a second."""
    middles = np.array([box.left + box.width / 2 for box in boxes])
    tall = float(np.median([box.height for box in boxes]))
    return _line(_seconds(boxes), middles / tall, np.ones(len(boxes))).slope


def _direction(away: float, aside: float) -> Movement:
    if abs(aside) > abs(away):
        return Movement.RIGHT if aside > 0 else Movement.LEFT
    return Movement.AWAY if away > 0 else Movement.TOWARDS


def _beside(box: BoxAt, frame_width_px: int) -> bool:
    """Whether neither side is cut."""
    return box.left > 2 and box.left + box.width < frame_width_px - 2


def _seconds(path: Sequence[BoxAt]) -> Numbers:
    return np.array([box.offset_ms for box in path], float) / 1000


def _long_enough(times: Numbers) -> bool:
    return len(times) >= LEAST_LOOKS and float(times[-1] - times[0]) >= LEAST_S


def _line(times: Numbers, values: Numbers, weights: Numbers) -> _Line:
    """The straight line through values at times, robustly."""
    counts = weights
    slope, spread, scatter = 0.0, 0.0, 0.0
    for _ in range(_ROUNDS):
        centre = counts @ times / counts.sum()
        level = counts @ values / counts.sum()
        away = times - centre
        scatter = float(counts @ away**2)
        slope = float(counts @ (away * (values - level))) / scatter
        misfit = np.abs(values - level - slope * away) * np.sqrt(weights)
        spread = 1.4826 * float(np.median(misfit)) + 1e-9
        counts = weights * np.minimum(1.0, _HUBER * spread / np.maximum(misfit, 1e-12))
    residual = values - level - slope * away
    error = math.sqrt(float(counts @ residual**2) / max(len(times) - 2, 1) / scatter)
    return _Line(slope, error)
