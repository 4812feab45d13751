"""Watches: does a sighting fit a query so well that an officer is told, and was it not told already."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Protocol

from devices.protocol.sightings import Sighting
from hub.sightings.messages import CameraPlace, Field, Hit, Query
from hub.sightings.scoring import SCALE, UNSURE_SCORE, WHOLE
from hub.sightings.sieve import Question, Sieve

STRONG = 0.7
"""A hit this good is worth looking up for."""
_LEAST_PART = UNSURE_SCORE - 0.01
_ROUNDED = 0.001
"""Scores are told rounded: what lies so close below a limit may be told as on it."""
CLEARLY_BETTER = 0.1
"""A later word on a sighting already told is told again when it scores this much higher."""
_AT_ONCE = 50
"""The described parts of so many are looked at together."""
MAX_TOLD = 10_000
"""Sightings remembered as told, each watch; beyond it the oldest are forgotten and could be told again."""


class Matcher(Protocol):
    """Whoever compares one sighting with one query: the front door."""

    def __call__(self, asked: Query, sighting: Sighting, cameras: tuple[CameraPlace, ...], /) -> Hit | None:
        """The hit, or None when place or time do not fit."""
        ...


def is_strong(hit: Hit) -> bool:
    """Whether the hit is good as a whole and nothing that was described surely contradicts the query.

    Looks alone contradict nothing: one person seen from two sides is often little like himself.
    """
    described = [part for part in hit.parts if part.field is not Field.LIKE]
    return hit.score >= STRONG and all(part.score >= _LEAST_PART for part in described)


class Told:
    """A batch of new sightings: which are worth comparing with a query in full. For one thread at a time."""

    def __init__(self, sightings: Sequence[Sighting]) -> None:
        """Of sightings that passed ``rows.check``."""
        self.sightings = sightings
        self._sieve = Sieve(sightings)

    def may_be_strong(self, question: Question) -> Iterator[tuple[Sighting, float, int]]:
        """Every one that ``is_strong`` could be true of, the best first, with its score and how many may come yet."""
        above = self._sieve.above(question, round(WHOLE * (STRONG - _ROUNDED)))
        for first in range(0, len(above), _AT_ONCE):
            some = above[first : first + _AT_ONCE]
            fits = self._sieve.least_parts(question, some[:, 1]) >= SCALE * (_LEAST_PART - _ROUNDED)
            for place, (whole, row) in enumerate(some.tolist(), start=first + 1):
                if fits[place - first - 1]:
                    yield self.sightings[row], whole / WHOLE, len(above) - place


class WatchMemory:
    """What each watch has told. For one thread at a time."""

    def __init__(self) -> None:
        self._told: dict[str, OrderedDict[str, float]] = {}

    def keep_only(self, watch_ids: set[str]) -> None:
        """Forget watches that ended."""
        for watch_id in self._told.keys() - watch_ids:
            del self._told[watch_id]

    def take_back(self, watch_id: str, sighting_id: str) -> None:
        """The hit could not be told: the sighting is judged as new when it comes again."""
        self._told.get(watch_id, OrderedDict()).pop(sighting_id, None)

    def is_news(self, watch_id: str, sighting_id: str, score: float) -> bool:
        """Whether the watch never told of the sighting, or only with a clearly lower score."""
        return score >= self._told.get(watch_id, OrderedDict()).get(sighting_id, -1.0) + CLEARLY_BETTER

    def judge(
        self, watch_id: str, query: Query, sighting: Sighting, cameras: tuple[CameraPlace, ...], match: Matcher
    ) -> Hit | None:
        """The hit to tell of, or None: too weak, elsewhere, or told before. Raises what the matcher does."""
        hit = match(query, sighting, cameras)
        if hit is None or not is_strong(hit) or not self.is_news(watch_id, sighting.sighting_id, hit.score):
            return None
        told = self._told.setdefault(watch_id, OrderedDict())
        told[sighting.sighting_id] = hit.score
        while len(told) > MAX_TOLD:
            told.popitem(last=False)
        return hit
