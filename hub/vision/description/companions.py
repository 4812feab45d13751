"""Who goes along with whom: near one another and at the same pace for most of the time in view.

Whoever is in view, or left a short while ago, is compared when somebody's last word is said, over the ground where the
camera is calibrated and both pairs of feet are seen, else in the picture by the taller one's height.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import MOST_COMPANIONS, BoxAt, Calibration
from hub.vision.description.ground import Boxes, feet, foot_is_seen

LEAST_S = 2.0
LEAST_SHARE = 0.6
"""Who goes along does so for this long and for this share of the shorter of the two times in view."""
MOST_REMEMBERED = 32
"""So many who left are compared with."""
_NEAR_M, _SAME_PACE_MPS, _LEAST_WAY_M = 1.5, 0.4, 1.5
"""An arm's length and a half apart; and nobody who only stands there goes along."""
_NEAR_ASIDE, _NEAR_IN_DEPTH, _SAME_PACE, _LEAST_WAY = 0.9, 0.25, 0.25, 0.7
"""The same in heights of the taller one; feet one behind the other lie close in a picture."""
_STEP_S = 0.25
_PACE_OVER_S = 1.0
_MOST_STEPS = 480
_FEET_SEEN_SHARE = 0.7

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Way:
    """One person's way: N media seconds (growing), and places of the feet in the picture (pixels), on the ground (m).

    ``ground`` is N x 2, not a number where the feet are not seen or the camera is not calibrated.
    """

    sighting_id: str
    at_s: Numbers
    middle: Numbers
    bottom: Numbers
    height: Numbers
    ground: Numbers


def way_of(
    sighting_id: str,
    started_s: float,
    path: Sequence[BoxAt],
    calibration: Calibration | None,
    frame_width_px: int,
    frame_height_px: int,
) -> Way:
    """The way of a path of at least one box in a frame of the given size."""
    at_s = started_s + np.array([box.offset_ms for box in path]) / 1000
    boxes = np.array([(box.left + box.width / 2, box.top + box.height, box.height) for box in path], float)
    ground = np.full((len(path), 2), np.nan)
    if calibration is not None:
        stood = feet(calibration, Boxes(calibration, path, frame_width_px, frame_height_px))
        seen = np.array([foot_is_seen(box, frame_height_px) for box in path])
        ground[seen] = np.stack([stood.ahead_m, stood.right_m], axis=1)[seen]
    return Way(sighting_id, at_s, boxes[:, 0], boxes[:, 1], boxes[:, 2], ground)


class Company:
    """Those of one camera who left a short while ago."""

    def __init__(self) -> None:
        self._left: deque[Way] = deque(maxlen=MOST_REMEMBERED)  # at most 1 MB, of the longest paths

    def of(self, way: Way, in_view: Sequence[Way]) -> tuple[str, ...]:
        """Who went along on this way, at most MOST_COMPANIONS, the longest first; it is remembered from now on."""
        ways = {other.sighting_id: other for other in (*self._left, *in_view)}
        along = [(along_s(way, other), other.sighting_id) for other in ways.values()]
        self._left.append(way)
        best = sorted((each for each in along if each[0] > 0), reverse=True)
        return tuple(sighting_id for _, sighting_id in best[:MOST_COMPANIONS])


def along_s(one: Way, other: Way) -> float:
    """For how long two go along, seconds; 0 where that is too short to say so."""
    start, end = max(one.at_s[0], other.at_s[0]), min(one.at_s[-1], other.at_s[-1])
    shorter = min(one.at_s[-1] - one.at_s[0], other.at_s[-1] - other.at_s[0])
    if end - start < max(LEAST_S, LEAST_SHARE * shorter):
        return 0.0
    steps = min(int((end - start) / _STEP_S) + 1, _MOST_STEPS)
    times = np.linspace(start, end, steps)
    along = _along_over_ground(one, other, times)
    if along is None:
        along = _along_in_picture(one, other, times)
    together_s = float(along.mean() * (end - start))
    return together_s if together_s >= max(LEAST_S, LEAST_SHARE * shorter) else 0.0


def _along_over_ground(one: Way, other: Way, times: Numbers) -> NDArray[np.bool_] | None:
    """At which times they are near and at one pace; None where the feet are seen too seldom."""
    places = []
    for way in (one, other):
        known = np.isfinite(way.ground[:, 0])
        during = (way.at_s >= times[0]) & (way.at_s <= times[-1])
        if not known[during].any() or known[during].mean() < _FEET_SEEN_SHARE:
            return None
        places.append(_smooth(np.stack([np.interp(times, way.at_s[known], way.ground[known, k]) for k in (0, 1)])))
    if min(_went(place) for place in places) < _LEAST_WAY_M:
        return np.zeros(len(times), bool)
    apart = places[0] - places[1]
    return np.asarray((np.hypot(*apart) < _NEAR_M) & (_pace(apart, times) < _SAME_PACE_MPS), bool)


def _along_in_picture(one: Way, other: Way, times: Numbers) -> NDArray[np.bool_]:
    places = [
        _smooth(np.stack([np.interp(times, way.at_s, row) for row in (way.middle, way.bottom, way.height)]))
        for way in (one, other)
    ]
    tall = np.maximum(places[0][2], places[1][2])
    if min(_went(place[:2] / tall) for place in places) < _LEAST_WAY:
        return np.zeros(len(times), bool)
    apart = (places[0][:2] - places[1][:2]) / tall
    near = (np.abs(apart[0]) < _NEAR_ASIDE) & (np.abs(apart[1]) < _NEAR_IN_DEPTH)
    return np.asarray(near & (_pace(apart, times) < _SAME_PACE), bool)


def _smooth(rows: Numbers) -> Numbers:
    """Each row's running mean over five steps: a gait sways, a box jumps."""
    padded = np.pad(rows, ((0, 0), (2, 2)), mode="edge")
    return np.asarray(sum(padded[:, shift : shift + rows.shape[1]] for shift in range(5))) / 5


def _went(places: Numbers) -> float:
    return float(np.hypot(*(places[:, -1] - places[:, 0])))


def _pace(apart: Numbers, times: Numbers) -> Numbers:
    """How fast what lies between two changes, a second, over _PACE_OVER_S around each time."""
    before = np.clip(times - _PACE_OVER_S / 2, times[0], times[-1])
    after = np.clip(times + _PACE_OVER_S / 2, times[0], times[-1])
    change = [np.interp(after, times, row) - np.interp(before, times, row) for row in apart]
    return np.asarray(np.hypot(*change) / np.maximum(after - before, 1e-6))
