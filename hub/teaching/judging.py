"""Whether a projection is better than another, told by tracks that neither was learned from, and by nobody's name.

Pictures of one track cannot tell: they are alike in light and pose, and whatever finds them again finds nobody on
another camera. So both projections together say which tracks of two cameras are one person (each the other's most alike
by the sum of both cosines), and each is asked alone how near to first it ranks them among all tracks of other cameras.
On three simulated communities, nine lots and eight projections better and worse than the shipped one, this measure
agreed best with the truth of nine that were tried (docs/search.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hub.teaching.learning import Learned
from hub.teaching.pairing import mutual, unit
from hub.teaching.tracks import Numbers, Tracks

LEAST_PAIRS = 60
"""With fewer nothing is said."""
LEAST_GAIN = 0.002
"""Of the mean reciprocal rank; what is less may be chance, and all that is stored is described anew for it."""
LEAST_SHARE_NEARER = 0.01
"""Of the usual rank."""


@dataclass(frozen=True)
class Judged:
    """Of one projection on held-out tracks: where it ranks their partners among all tracks of other cameras.

    ``reciprocal_rank``: mean of 1 / rank. ``usual_rank``: the geometric mean of ranks.
    """

    reciprocal_rank: float
    usual_rank: float


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
            and self.after.reciprocal_rank >= self.before.reciprocal_rank + LEAST_GAIN
            and self.after.usual_rank <= self.before.usual_rank * (1 - LEAST_SHARE_NEARER)
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
    same = cosines[pairs[:, 0], pairs[:, 1]]
    elsewhere = tracks.camera[pairs[:, :1]] != tracks.camera
    ranks = 1 + ((cosines[pairs[:, 0]] > same[:, None]) & elsewhere).sum(axis=1)
    return Judged(round(float((1 / ranks).mean()), 4), round(float(np.exp(np.log(ranks).mean())), 3))
