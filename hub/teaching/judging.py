"""Whether a projection is better than another, told by tracks that neither was learned from, and by nobody's name.

Pictures of one track cannot tell: they are alike in light and pose, and whatever finds them again finds nobody on
another camera (measured: on simulated communities that order is the wrong way round). So both projections together
say which tracks of two cameras are one person (each the other's most alike by the sum of both cosines), and each is
asked alone: how far do these stand out from those who were seen at the same time beside the other, and are surely
somebody else; and how near to first does each rank them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hub.teaching.learning import Learned
from hub.teaching.pairing import mutual, unit
from hub.teaching.tracks import Numbers, Tracks

LEAST_PAIRS = 60
"""With fewer nothing is said."""
LEAST_GAIN = 0.05
"""Of ``separation``; what is less may be chance, and describing all anew is work."""


@dataclass(frozen=True)
class Judged:
    """Of one projection on held-out tracks.

    ``separation``: between the cosines of pairs and of surely different people, in standard deviations (d').
    ``reciprocal_rank``: mean of 1 / rank of a track's partner among all tracks of other cameras.
    """

    separation: float
    reciprocal_rank: float


@dataclass(frozen=True)
class Verdict:
    """``before`` and ``after`` of ``pairs`` of ``tracks`` held out."""

    tracks: int
    pairs: int
    before: Judged
    after: Judged

    @property
    def is_better(self) -> bool:
        """Whether the new one is to be taken."""
        return (
            self.pairs >= LEAST_PAIRS
            and self.after.separation >= self.before.separation + LEAST_GAIN
            and self.after.reciprocal_rank >= self.before.reciprocal_rank
        )


def compare(before: Learned, after: Learned, held_out: Tracks) -> Verdict:
    """Judge two projections by tracks that taught neither."""
    described = [projection.descriptors(held_out) for projection in (before, after)]
    pairs = mutual(held_out, unit(np.hstack(described)))
    both_ways = np.concatenate([pairs, pairs[:, ::-1]])
    first, second = (_judge(held_out, one, both_ways) for one in described)
    return Verdict(len(held_out), len(pairs), first, second)


def _judge(tracks: Tracks, descriptors: Numbers, pairs: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Judged:
    if not len(pairs):
        return Judged(0.0, 0.0)
    cosines = descriptors @ descriptors.T
    beside = tracks.simultaneous()
    same = cosines[pairs[:, 0], pairs[:, 1]]
    others = np.concatenate([cosines[one, beside[other]] for one, other in pairs])
    elsewhere = tracks.camera[pairs[:, :1]] != tracks.camera
    ranks = 1 + ((cosines[pairs[:, 0]] > same[:, None]) & elsewhere).sum(axis=1)
    separation = 0.0
    if len(others):
        spread = np.sqrt((same.var() + others.var()) / 2)
        separation = float((same.mean() - others.mean()) / max(spread, 1e-9))
    return Judged(round(separation, 4), round(float((1 / ranks).mean()), 4))
