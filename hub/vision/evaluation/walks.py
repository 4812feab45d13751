"""Where the people of a simulated community truly went over the ground, to be compared with what sightings tell."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Calibration, Movement
from hub.vision.description.companions import LEAST_S, LEAST_SHARE
from hub.vision.description.movement import LAST_S
from simulators.community.truth import Truth

_METRES_PER_DEGREE = 111_320.0
_NEAR_M, _SAME_PACE_MPS = 1.5, 0.4
_STEP_S = 0.1

Numbers = NDArray[np.float64]


class Told(Protocol):
    """Somebody's time in a calibrated camera's view, scenario seconds."""

    @property
    def person_id(self) -> str: ...

    @property
    def calibration(self) -> Calibration: ...

    @property
    def from_s(self) -> float: ...

    @property
    def until_s(self) -> float: ...


class TrueWays:
    """Velocities and directions of the scene's people."""

    def __init__(self, truth: Truth) -> None:
        self._walks = {walk.person_id: walk for walk in truth.scene.walks}

    def velocity(self, told: Told) -> tuple[float, float]:
        """East and north, metres a second, over the last part of the time that movement.py goes by."""
        from_s = max(told.from_s, told.until_s - LAST_S)
        places = self._places(told.person_id, told.calibration, np.array([from_s, told.until_s]))
        east, north = (places[:, 1] - places[:, 0]) / max(told.until_s - from_s, 1e-3)
        return float(east), float(north)

    def movement(self, told: Told) -> Movement:
        """As the camera sees it, by the way's larger part along or across the line of sight; nobody stands there."""
        middle_s = (max(told.from_s, told.until_s - LAST_S) + told.until_s) / 2
        middle = self._places(told.person_id, told.calibration, np.array([middle_s]))[:, 0]
        sight = middle / np.hypot(*middle)
        east, north = self.velocity(told)
        away = east * sight[0] + north * sight[1]
        aside = east * sight[1] - north * sight[0]
        if abs(aside) > abs(away):
            return Movement.RIGHT if aside > 0 else Movement.LEFT
        return Movement.AWAY if away > 0 else Movement.TOWARDS

    def along(self, one: Told, other: Told) -> bool:
        """Whether two persons truly went along, by the same times as companions.py and within 1.5 m at one pace."""
        start, end = max(one.from_s, other.from_s), min(one.until_s, other.until_s)
        least_s = max(LEAST_S, LEAST_SHARE * min(one.until_s - one.from_s, other.until_s - other.from_s))
        if one.person_id == other.person_id or end - start < least_s:
            return False
        times = np.arange(start, end, _STEP_S)
        apart = self._places(one.person_id, one.calibration, times)
        apart = apart - self._places(other.person_id, one.calibration, times)
        pace = np.hypot(*np.gradient(apart, times, axis=1))
        along = (np.hypot(*apart) < _NEAR_M) & (pace < _SAME_PACE_MPS)
        return bool(along.mean() * (end - start) >= least_s)

    def _places(self, person_id: str, camera: Calibration, times_s: Numbers) -> Numbers:
        """East and north of the camera at those times, 2 x N metres."""
        walk = self._walks[person_id]
        known_s = np.arange(len(walk.places)) * walk.step_s
        latitude, longitude = (np.interp(times_s, known_s, [place[k] for place in walk.places]) for k in (0, 1))
        east = (longitude - camera.longitude) * _METRES_PER_DEGREE * math.cos(math.radians(camera.latitude))
        return np.stack([east, (latitude - camera.latitude) * _METRES_PER_DEGREE])
