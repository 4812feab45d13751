"""How long somebody takes from one place to another on foot: a brisk way, or a way with waiting, play and detours."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.sightings.messages import Age

Numbers = NDArray[np.float32]

DIRECT_SHARE = 0.7
"""Of the ways from one camera to the next, those walked without a stop. A judgement: no published figure was found."""
WAIT_S = 40.0
WAIT_TAIL = 0.5
"""Stops last as the Lomax distribution has it (a power law): half of them under 2 min, one in ten over an hour. A
judgement too: a child may play anywhere."""
CLOCK_SLACK_S = 1.0
"""Cameras' pictures are dated to this: who left one view may have entered the next so much earlier."""


@dataclass(frozen=True)
class Pace:
    """``usual_mps``: the median; ``spread``: of its logarithm (standard deviation); ``fastest_mps``: the limit."""

    usual_mps: float
    spread: float
    fastest_mps: float

    @property
    def brisk_mps(self) -> float:
        """What 19 of 20 keep below on a way without a stop: the log-normal distribution's 95th percentile."""
        return self.usual_mps * math.exp(1.645 * self.spread)


CHILD = Pace(1.2, 0.25, 4.0)
"""1.00, 1.20 and 1.28 m/s at 3 to 4, 6 to 7 and 11 to 14 years, with 0.13 m/s between children of 6 to 7 (Hausdorff et
al., "Maturation of gait dynamics", J. Appl. Physiol. 86, 1999); the spread joins both and some hurry. Nobody of that
age keeps up 4 m/s along a street."""
ADULT = Pace(1.4, 0.2, 5.0)
"""1.34 to 1.43 m/s (Bohannon and Andrews, "Normal walking speed", Physiotherapy 97, 2011)."""
ANYBODY = Pace(1.3, 0.25, 5.0)


def pace_of(age: Age | None) -> Pace:
    """Of somebody who is told to be of that age."""
    return {Age.CHILD: CHILD, Age.ADULT: ADULT, None: ANYBODY}[age]


@dataclass(frozen=True)
class Ways:
    """Log densities (per second) of the time taken: walked without a stop, and with one. Of one shape."""

    direct: Numbers
    waiting: Numbers


def earliest_s(walk_m: Numbers, extent_m: Numbers, pace: Pace) -> Numbers:
    """The least time from leaving one view to entering another; ``extent_m``: how far both views reach together."""
    least: Numbers = np.maximum(walk_m - extent_m, 0) / np.float32(pace.fastest_mps)
    return least


def possible(
    clear_s: Numbers, walk_m: Numbers, extent_m: Numbers, same_camera: NDArray[np.bool_], pace: Pace
) -> NDArray[np.bool_]:
    """Whether one person may have made two sightings; ``clear_s``: from the first one's end to the second one's start.

    Cameras whose views touch may see him at once; one camera does not see him twice at once.
    """
    in_time = clear_s + np.float32(CLOCK_SLACK_S) >= earliest_s(walk_m, extent_m, pace)
    return np.asarray(in_time | ((walk_m <= extent_m) & ~same_camera))


def ways(taken_s: Numbers, walk_m: Numbers, extent_m: Numbers, pace: Pace) -> Ways:
    """Of the times from the middle of one sighting to the middle of the next, over ``walk_m`` along the streets.

    ``extent_m``: how far both views reach together; the nearer the cameras, the less sure is the way between.
    """
    blur_m = extent_m / np.float32(2)
    way_m = np.maximum(walk_m, np.maximum(blur_m, 1))
    taken = np.maximum(taken_s, np.float32(0.1))
    spread2 = np.float32(pace.spread**2) + (blur_m / (2 * way_m)) ** 2
    off = np.log(taken * np.float32(pace.usual_mps) / way_m)
    direct = -np.log(taken) - np.float32(0.5) * (np.log(np.float32(2 * math.pi) * spread2) + off * off / spread2)
    waited = np.maximum(taken - way_m / np.float32(pace.usual_mps), 0)
    at_once = np.float32(math.log(WAIT_TAIL / WAIT_S))
    waiting = at_once - np.float32(WAIT_TAIL + 1) * np.log1p(waited / np.float32(WAIT_S))
    # Who waited must have walked in less: the normal distribution by the logistic one (1.702: Haley, 1952).
    waiting -= np.log1p(np.exp(np.float32(-1.702) * off / np.sqrt(spread2)))
    return Ways(direct, waiting)


def arrived_share(taken_s: NDArray[np.float64], walk_m: float, extent_m: float, pace: Pace) -> NDArray[np.float64]:
    """How likely somebody who goes there has arrived after each of ``taken_s``, as ``ways`` has it."""
    way_m = max(walk_m, extent_m / 2, 1.0)
    spread = math.hypot(pace.spread, extent_m / 4 / way_m)
    taken = np.maximum(taken_s, 1e-3)
    walked = 1 / (1 + np.exp(-1.702 * np.log(taken * pace.usual_mps / way_m) / spread))
    waited = np.maximum(taken - way_m / pace.usual_mps, 0)
    rested = 1 - (1 + waited / WAIT_S) ** -WAIT_TAIL
    share: NDArray[np.float64] = walked * (DIRECT_SHARE + (1 - DIRECT_SHARE) * rested)
    return share
