"""What likeness is worth: scores of the search, and of two descriptors, as log likelihood ratios learned from truth."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from hub.sightings.messages import Age, Field, Hit, Part

FILE = Path(__file__).parent / "weighing.json"
Numbers = NDArray[np.float64]


class Curve(msgspec.Struct, frozen=True):
    """A log likelihood ratio by a score: straight lines between knots, flat outside them."""

    scores: tuple[float, ...]
    ratios: tuple[float, ...]

    def at(self, scores: Numbers) -> Numbers:
        """Of scores of any shape; nan of nan."""
        found: Numbers = np.interp(scores, self.scores, self.ratios)
        return found


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """Learned by ``evaluation/learning.py``. ``child`` and ``adult``: of whoever is sought, by the part of the
    description; a part that is not known weighs nothing. An age that is not said is an adult's: children are few.

    ``same_looks`` and ``same_height``: by likeness to sightings that are known to be his (anchors.py), of those that
    fit his description; descriptors are those of ``describer``. ``seen``: how likely a camera that somebody passes sees
    and finds him.
    """

    child: Mapping[str, Curve]
    adult: Mapping[str, Curve]
    describer: str
    same_looks: Curve
    same_height: Curve
    seen: Annotated[float, msgspec.Meta(gt=0, lt=1)]

    def look(self, hit: Hit, age: Age | None) -> float:
        """The log likelihood ratio of a hit's looks: its parts', as if each said something of its own."""
        curves = self.child if age is Age.CHILD else self.adult
        return sum(
            float(np.interp(part.score, curve.scores, curve.ratios))
            for part in known_parts(hit)
            if (curve := curves.get(part.field.value)) is not None
        )


def known_parts(hit: Hit) -> tuple[Part, ...]:
    """The parts of a hit that rest on something: what vision does not know of a sighting weighs nothing."""
    seen = hit.sighting
    known = {
        Field.UPPER: bool(seen.upper),
        Field.LOWER: bool(seen.lower),
        Field.HEIGHT: seen.height_m is not None,
        Field.AGE: seen.child is not None,
    }
    return tuple(part for part in hit.parts if known.get(part.field, True))


@cache
def learned() -> Weighing:
    """The one that is shipped."""
    return msgspec.json.decode(FILE.read_bytes(), type=Weighing)
