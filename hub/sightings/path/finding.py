"""The most probable path of a sought person through the hits of a search, and other paths he may have taken."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hub.sightings.messages import Verdict
from hub.sightings.path.anchors import compared
from hub.sightings.path.glimpses import Glimpse
from hub.sightings.path.ground import CameraGround
from hub.sightings.path.joining import IMPOSSIBLE, Crowd, in_order, join
from hub.sightings.path.pace import Pace
from hub.sightings.path.trellis import Solved, Trellis, Way, alternatives
from hub.sightings.path.weighing import Weighing

LIKELY = 0.8
"""Steps of at least this likelihood tell how the person looks, while nothing is confirmed."""


@dataclass(frozen=True)
class Step:
    """One sighting on a path, and how he came there from the step before (None of the first).

    ``likelihood``: that it is on the true path at all, 0..1. ``gain``: what the step adds to the path's log likelihood
    ratio. ``taken_s``: from leaving the former view to entering this one, below 0 where they overlap. ``pace_mps``:
    over the middles of both sightings, None of the same camera. ``missed_by``: cameras that could see, lie on the way,
    and did not see him. ``possible``: False where only the officer's word says so.
    """

    glimpse: Glimpse
    likelihood: float
    gain: float
    walk_m: float | None = None
    taken_s: float | None = None
    pace_mps: float | None = None
    missed_by: tuple[str, ...] = ()
    possible: bool = True


@dataclass(frozen=True)
class Path:
    """Steps in order of time. ``gain``: log likelihood ratio against these being strangers to one another."""

    steps: tuple[Step, ...]
    gain: float


def find(
    glimpses: Sequence[Glimpse], ground: CameraGround, crowd: Crowd, pace: Pace, weighing: Weighing, most: int = 3
) -> tuple[Path, ...]:
    """The best path first, then at most ``most`` - 1 others, each the best that lacks some step of the first.

    What is confirmed, or else what is likely by the description and the walking alone, is compared with all the rest.
    Glimpses of cameras without a place in ``ground`` are left out. Confirmed ones are on every path, rejected ones on
    none. Time O(N² + U² · C / 64) of N glimpses on U of C cameras; memory 4 N² bytes.
    """
    placed = [glimpse for glimpse in in_order(glimpses) if glimpse.camera_id in ground.number]
    if not placed:
        return ()
    anchors = [glimpse for glimpse in placed if glimpse.verdict is Verdict.CONFIRMED]
    trellis = join(placed, ground, crowd, pace, weighing)
    if not anchors:
        first = Solved(trellis)
        likely = first.likelihoods()
        anchors = [placed[number] for number in first.best().numbers if likely[number] >= LIKELY]
    if anchors:
        placed = compared(placed, anchors, weighing)
        trellis = replace(trellis, looks=np.array([glimpse.look for glimpse in placed]))
    solved = Solved(trellis)
    best, likely = solved.best(), solved.likelihoods()
    others = alternatives(solved, best, trellis.forced.tolist(), most - 1)
    teller = _Teller(placed, ground, trellis, [float(one) for one in likely])
    return tuple(teller.path(way) for way in (best, *others))


class _Teller:
    """Says of each step what it rests on."""

    def __init__(
        self, glimpses: Sequence[Glimpse], ground: CameraGround, trellis: Trellis, likely: Sequence[float]
    ) -> None:
        self._glimpses, self._ground, self._trellis, self._likely = glimpses, ground, trellis, likely

    def path(self, way: Way) -> Path:
        first = way.numbers[0]
        gain = float(self._trellis.start[first] + self._trellis.looks[first])
        begun = Step(self._glimpses[first], self._likely[first], gain)
        pairs = zip(way.numbers, way.numbers[1:], strict=False)
        return Path((begun, *(self._step(before, here) for before, here in pairs)), way.gain)

    def _step(self, before: int, here: int) -> Step:
        one, two = self._glimpses[before], self._glimpses[here]
        begin, end = self._ground.number[one.camera_id], self._ground.number[two.camera_id]
        walk_m = float(self._ground.walk_m[begin, end])
        between_s = two.middle_s - one.middle_s
        join_gain = float(self._trellis.joins[here, before])
        return Step(
            glimpse=two,
            likelihood=self._likely[here],
            gain=join_gain + two.look,
            walk_m=walk_m,
            taken_s=two.started_s - one.ended_s,
            pace_mps=walk_m / between_s if begin != end and between_s > 0 and math.isfinite(walk_m) else None,
            missed_by=self._missed_by(begin, end, one.middle_s, between_s),
            possible=join_gain > IMPOSSIBLE,
        )

    def _missed_by(self, begin: int, end: int, from_s: float, between_s: float) -> tuple[str, ...]:
        missed = []
        for camera in self._ground.passed_between(begin, end):
            to, onward = self._ground.walk_m[begin, camera], self._ground.walk_m[camera, end]
            if self._ground.seeing(camera, np.array([from_s + between_s * to / (to + onward)]))[0]:
                missed.append(self._ground.posts[camera].camera_id)
        return tuple(missed)
