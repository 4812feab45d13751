"""Where somebody may be now who was last seen there then: along the streets, less where cameras would have seen him."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.sightings.path.ground import ON_THE_WAY_M, CameraGround
from hub.sightings.path.pace import DIRECT_SHARE, Pace, arrived_share

Metres = NDArray[np.float64]
_STRETCH_M = 20.0
_HORIZON_S = 6 * 3600.0


@dataclass(frozen=True)
class Stretch:
    """A piece of street that is within reach: its ends (metres east and north), how likely he is on it, 0..1."""

    begin_m: tuple[float, float]
    end_m: tuple[float, float]
    walk_m: float
    probability: float


@dataclass(frozen=True)
class NextCamera:
    """A camera that no other one on line guards; ``probability``: it is the first to see him, if one does.

    Times are seconds since 1970: the earliest he can be there, and the median of when he will be.
    """

    camera_id: str
    probability: float
    earliest_s: float
    likely_s: float
    walk_m: float


@dataclass(frozen=True)
class Reach:
    """``farthest_m``: nobody is farther than this. ``stretches`` and ``cameras`` are the likeliest first."""

    farthest_m: float
    stretches: tuple[Stretch, ...]
    cameras: tuple[NextCamera, ...]


def reach(ground: CameraGround, camera_id: str, left_s: float, now_s: float, pace: Pace, seen: float) -> Reach:
    """Of somebody who left that camera's view then and was seen by none since; ``seen``: how surely a camera sees.

    O(cameras within reach · streets).
    """
    elapsed_s = max(now_s - left_s, 1.0)
    ground = ground.within(left_s, left_s + elapsed_s)
    origin = ground.number[camera_id]
    farthest_m = float(pace.fastest_mps * elapsed_s + ground.extent_m[origin])
    return Reach(
        farthest_m,
        _stretches(ground, origin, left_s, elapsed_s, farthest_m, pace, seen),
        _next_cameras(ground, origin, left_s, elapsed_s, pace, seen),
    )


def _stretches(
    ground: CameraGround, origin: int, left_s: float, elapsed_s: float, farthest_m: float, pace: Pace, seen: float
) -> tuple[Stretch, ...]:
    cut = ground.network.stretches(_STRETCH_M)
    whole = ground.network.spread_m(ground.points[origin][None], cut)[0]
    within = np.flatnonzero(whole - cut.lengths_m / 2 <= farthest_m)
    away, lengths = whole[within], cut.lengths_m[within]
    rings = (away / _STRETCH_M).astype(int)
    likely = _displaced(away, elapsed_s, pace) * lengths / np.bincount(rings, lengths)[rings]
    near = np.flatnonzero(ground.walk_m[origin] <= farthest_m + ground.extent_m)
    onward = ground.network.spread_m(ground.points[near], cut)[:, within]
    for camera, from_there in zip(near.tolist(), onward, strict=True):
        to = ground.walk_m[origin, camera]
        if ground.posts[camera].never_sees or to <= ground.extent_m[origin] + ground.extent_m[camera]:
            continue
        beyond = (to + from_there <= away + ON_THE_WAY_M) | (from_there <= ground.extent_m[camera])
        passing_s = left_s + elapsed_s * np.minimum(to / np.maximum(away, 1.0), 1.0)
        likely = np.where(beyond & ground.seeing(camera, passing_s), likely * (1 - seen), likely)
    likely = likely / max(float(likely.sum()), 1e-300)
    begins, ends = cut.begins[within].tolist(), cut.ends[within].tolist()
    return tuple(
        Stretch((begins[n][0], begins[n][1]), (ends[n][0], ends[n][1]), float(away[n]), float(likely[n]))
        for n in np.argsort(-likely, kind="stable").tolist()
    )


def _displaced(away_m: Metres, elapsed_s: float, pace: Pace) -> Metres:
    """The density, a metre, of how far he is: who never stopped about as far as he walks, who did anywhere nearer."""
    usual_m = pace.usual_mps * elapsed_s
    off = np.log(np.maximum(away_m, 1.0) / usual_m) / pace.spread
    direct = np.exp(-off * off / 2) / (np.maximum(away_m, 1.0) * pace.spread * np.sqrt(2 * np.pi))
    stopped = 1 / (1 + np.exp(1.702 * off)) / usual_m
    return np.asarray(DIRECT_SHARE * direct + (1 - DIRECT_SHARE) * stopped)


def _next_cameras(
    ground: CameraGround, origin: int, left_s: float, elapsed_s: float, pace: Pace, seen: float
) -> tuple[NextCamera, ...]:
    now_s = left_s + elapsed_s
    sees = [
        camera
        for camera in range(len(ground.posts))
        if camera != origin and bool(ground.seeing(camera, np.array([now_s]))[0])
    ]
    guards = set(sees)
    ahead = [camera for camera in sees if guards.isdisjoint(ground.passed_between(origin, camera))]
    times_s = np.concatenate([[0.0], np.geomspace(1.0, _HORIZON_S, 400)])
    found, weights = [], []
    for camera in ahead:
        walk_m = float(ground.walk_m[origin, camera])
        extent_m = float(ground.extent_m[origin] + ground.extent_m[camera])
        share = arrived_share(np.concatenate([[elapsed_s], elapsed_s + times_s]), walk_m, extent_m, pace)
        missed, later = 1 - share[0], share[1:]
        median = np.searchsorted(later, 1 - missed / 2)
        soonest = max(walk_m - extent_m, 0.0) / pace.fastest_mps
        weights.append(max(float(1 - seen * share[0]), 1e-12))
        found.append(
            (camera, walk_m, max(left_s + soonest, now_s), now_s + float(times_s[min(median, len(times_s) - 1)]))
        )
    total = sum(weights)
    order = np.argsort([-weight for weight in weights], kind="stable")
    return tuple(
        NextCamera(ground.posts[found[n][0]].camera_id, weights[n] / total, found[n][2], found[n][3], found[n][1])
        for n in order
    )
