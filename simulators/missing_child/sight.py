"""Whom somebody in the street can see, and when: within a distance, and along the street. Pure, from the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hub.streets.network import Points
from simulators.community.arrays import Floats
from simulators.community.town import STREET_WIDTH_M

_FRONT_M = 0.5
"""So far beside its street's edge a line of sight still passes: doors stand on the edge itself."""
_ALONG_LINE = np.linspace(0.0, 1.0, 9)
"""Where a line of sight is tried, as shares of it: every 3 m of 25."""


@dataclass(frozen=True)
class Encounter:
    """One person in somebody's sight, from and to: seconds of the scene."""

    person_id: str
    from_s: float
    to_s: float


@dataclass(frozen=True)
class Sight:
    """What a door sees. ``streets``: straight pieces of street, begins and ends (N, 2, 2), metres east and north."""

    streets: Floats
    distance_m: float

    def sees(self, eyes: Points, places: Points) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether somebody at ``eyes``, (2,) or (T, 2), sees each of ``places`` (T, 2): near, only street between."""
        eyes = np.broadcast_to(eyes, places.shape)
        near = np.hypot(*(places - eyes).T) <= self.distance_m
        seen = np.zeros(len(places), dtype=np.bool_)
        if near.any():
            lines = eyes[near][:, None] + _ALONG_LINE[None, :, None] * (places - eyes)[near][:, None]
            off_m = self._off_street_m(lines.reshape(-1, 2)).reshape(lines.shape[:2])
            seen[near] = (off_m <= STREET_WIDTH_M / 2 + _FRONT_M).all(axis=1)
        return seen

    def _off_street_m(self, points: Points) -> Floats:
        """Metres from each of (N, 2) to the middle of the nearest street."""
        begins, along = self.streets[:, 0], self.streets[:, 1] - self.streets[:, 0]
        apart = points[:, None] - begins
        share = (np.einsum("psd,sd->ps", apart, along) / (along**2).sum(axis=1)).clip(0.0, 1.0)
        return np.asarray(np.hypot(*np.moveaxis(apart - share[..., None] * along, -1, 0)).min(axis=1))


def encounters(sight: Sight, eyes: Points, walks: Mapping[str, Points], step_s: float) -> list[Encounter]:
    """Every time that somebody comes into sight, in order of time.

    ``eyes``: where one stands (2,), or is (T, 2); ``walks`` (T, 2) by person: a place every ``step_s`` of the scene.
    """
    found = []
    for person_id, places in walks.items():
        seen = np.concatenate([[False], sight.sees(eyes, places), [False]])
        comes, goes = np.flatnonzero(seen[1:] & ~seen[:-1]), np.flatnonzero(seen[:-1] & ~seen[1:])
        found += [
            Encounter(person_id, float(begin * step_s), float(end * step_s))
            for begin, end in zip(comes, goes, strict=True)
        ]
    return sorted(found, key=lambda one: (one.from_s, one.person_id))


def pieces(lines: Sequence[Points]) -> Floats:
    """The straight pieces (N, 2, 2) of streets given as corners."""
    return np.concatenate([np.stack([line[:-1], line[1:]], axis=1) for line in lines])
