"""What it is worth to say that two sightings are the same person, one after the other: a matrix over all pairs.

The worth of a path is a log likelihood ratio: that these sightings are one person on his way, against that each is
somebody else who happened to pass. A join's part of it is the density of its walking time and of the missing detections
on the way, against the density of other people's sightings at that camera.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.sightings.messages import Verdict
from hub.sightings.path.glimpses import Glimpse
from hub.sightings.path.ground import CameraGround
from hub.sightings.path.pace import DIRECT_SHARE, Numbers, Pace, possible, ways
from hub.sightings.path.trellis import Trellis
from hub.sightings.path.weighing import Weighing

WAYS_ON = 4
"""From a camera to the next there are about so many: a crossing of four."""
OTHER_WAY_SHARE = 0.5
"""Of those who stop or turn off, so many did not pass a camera of the shortest way."""
IMPOSSIBLE = -60.0
"""What two confirmed sightings lose that nobody can have walked between: the officer's word stands."""
LONG_S = 1800.0
"""On ways that took longer no camera is asked that could not see at any time between the first and last glimpse."""
_ROWS = 256


@dataclass(frozen=True)
class Crowd:
    """Everybody who was searched: ``sightings`` on ``cameras`` in ``span_s`` seconds."""

    sightings: int
    cameras: int
    span_s: float

    @property
    def per_s(self) -> float:
        """Sightings of anybody, a camera and second."""
        return max(self.sightings, 1) / (max(self.cameras, 1) * max(self.span_s, 1.0))


def in_order(glimpses: Sequence[Glimpse]) -> list[Glimpse]:
    """Those not rejected, in the order in which a path may have them."""
    kept = [glimpse for glimpse in glimpses if glimpse.verdict is not Verdict.REJECTED]
    return sorted(kept, key=lambda glimpse: (glimpse.middle_s, glimpse.sighting_id))


def join(glimpses: Sequence[Glimpse], ground: CameraGround, crowd: Crowd, pace: Pace, weighing: Weighing) -> Trellis:
    """The trellis of glimpses that are ``in_order`` and whose cameras all have a place. O(N²)."""
    count = len(glimpses)
    looks = np.array([glimpse.look for glimpse in glimpses])
    forced = np.array([glimpse.verdict is Verdict.CONFIRMED for glimpse in glimpses], np.bool_)
    joins = np.full((count, count), -np.inf, np.float32)
    pairs = _Pairs(glimpses, ground, pace, weighing)
    against = math.log(WAYS_ON) + math.log(crowd.per_s)
    for first in range(0, count, _ROWS):
        rows = slice(first, min(first + _ROWS, count))
        block = pairs.block(rows)
        block -= np.float32(against)
        both = forced[rows, None] & forced[None, : rows.stop]
        block[both & ~np.isfinite(block)] = IMPOSSIBLE
        joins[rows, : rows.stop] = block
    joins[np.triu_indices(count)] = -np.inf
    start = np.full(count, -math.log(max(crowd.sightings, 1)))
    return Trellis(start, joins, looks, forced)


class _Pairs:
    """Walking times and missing detections of pairs of glimpses, a block of rows (the later ones) at a time."""

    def __init__(self, glimpses: Sequence[Glimpse], ground: CameraGround, pace: Pace, weighing: Weighing) -> None:
        if glimpses:
            ground = ground.within(glimpses[0].middle_s, glimpses[-1].middle_s)
        self._ground, self._pace, self._weighing = ground, pace, weighing
        zero = glimpses[0].middle_s if glimpses else 0.0
        self._zero_s = zero
        self._started = np.array([glimpse.started_s - zero for glimpse in glimpses], np.float32)
        self._ended = np.array([glimpse.ended_s - zero for glimpse in glimpses], np.float32)
        self._middle = (self._started + self._ended) / np.float32(2)
        cameras = np.array([ground.number[glimpse.camera_id] for glimpse in glimpses], np.intp)
        used, self._camera = np.unique(cameras, return_inverse=True)
        self._used = used
        self._walk = ground.walk_m[np.ix_(used, used)].astype(np.float32)
        extent = ground.extent_m[used]
        self._extent = (extent[:, None] + extent).astype(np.float32)
        self._passed = ground.passed(used)
        asked = np.array([not post.never_sees for post in ground.posts], np.bool_)
        at_times = np.array([bool(post.blind) for post in ground.posts], np.bool_) & asked
        self._at_times = np.flatnonzero(at_times).tolist()
        self._missed, self._doubtful = (
            np.bitwise_count(self._passed & ground.as_set(chosen)).sum(axis=2).astype(np.float32)
            for chosen in (asked, at_times)
        )

    def block(self, rows: slice) -> Numbers:
        """Gains of going from glimpse i (column) to j (row), (rows, rows.stop); -inf: too fast, or two people."""
        earlier = slice(0, rows.stop)
        at = np.ix_(self._camera[rows], self._camera[earlier])
        walk, extent = self._walk[at], self._extent[at]
        clear = self._started[rows, None] - self._ended[None, earlier]
        taken = self._middle[rows, None] - self._middle[None, earlier]
        same = self._camera[rows, None] == self._camera[None, earlier]
        may_be = possible(clear, walk, extent, same, self._pace)
        found = ways(taken, walk, extent, self._pace)
        missed = self._missed[at]
        if self._at_times:
            self._forgive_blind(missed, rows, taken, may_be)
        seen = self._weighing.seen
        direct = found.direct + np.float32(math.log(DIRECT_SHARE)) + missed * np.float32(math.log(1 - seen))
        waiting = found.waiting + np.float32(math.log(1 - DIRECT_SHARE))
        waiting += missed * np.float32(math.log(1 - OTHER_WAY_SHARE * seen))
        top = np.maximum(direct, waiting)
        gains: Numbers = top + np.log1p(np.exp(np.minimum(direct, waiting) - top))
        gains[~may_be] = -np.inf
        return gains

    def _forgive_blind(self, missed: Numbers, rows: slice, taken: Numbers, may_be: NDArray[np.bool_]) -> None:
        """Take off cameras that could not see when he will have passed; of a long way all that could not always see."""
        at = np.ix_(self._camera[rows], self._camera[: rows.stop])
        doubtful = self._doubtful[at]
        near = may_be & (taken <= LONG_S)
        missed -= np.where(near, 0, doubtful)
        row, early = np.nonzero(near & (doubtful > 0))
        late = row + rows.start
        begin, end = self._camera[early], self._camera[late]
        for camera in self._at_times:
            word, bit = divmod(camera, 64)
            on_way = np.flatnonzero(self._passed[end, begin, word] >> np.uint64(bit) & np.uint64(1))
            away = self._ground.walk_m[camera, self._used]
            to, onward = away[begin[on_way]], away[end[on_way]]
            since, until = self._middle[early[on_way]], self._middle[late[on_way]]
            sees = self._ground.seeing(camera, since + to / (to + onward) * (until - since) + self._zero_s)
            missed[row[on_way], early[on_way]] -= ~sees
