"""Likeness to sightings that are known, or likely, to be of the sought person: sharper than words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hub.sightings.path.glimpses import Glimpse
from hub.sightings.path.weighing import Numbers, Weighing

LEAST_HEIGHT_ERROR_M = 0.03
"""Two cameras do not agree to less: calibrations and gait."""


@dataclass(frozen=True)
class Anchors:
    """Sightings of one person, on which others are compared with; none of them with itself."""

    glimpses: tuple[Glimpse, ...]
    describer: str

    def cosines(self, glimpses: Sequence[Glimpse]) -> Numbers:
        """Of each descriptor with the mean of the anchors' (each of length 1), nan where that cannot be compared."""
        known = {one.sighting_id: vector for one in self.glimpses if (vector := self._unit(one)) is not None}
        found = np.full(len(glimpses), np.nan)
        total = sum(known.values(), np.zeros(1))
        for number, glimpse in enumerate(glimpses):
            vector = self._unit(glimpse)
            others = total - known[glimpse.sighting_id] if glimpse.sighting_id in known else total
            length = float(np.linalg.norm(others))
            if vector is not None and vector.shape == others.shape and length > 1e-6:
                found[number] = float(vector @ others) / length
        return found

    def heights(self, glimpses: Sequence[Glimpse]) -> Numbers:
        """Of each height how far it is from the anchors', in standard errors, negative; nan where it is not known."""
        known = {g.sighting_id: (g.height_m, _weight(g)) for g in self.glimpses if g.height_m is not None}
        found = np.full(len(glimpses), np.nan)
        for number, glimpse in enumerate(glimpses):
            others = [pair for sighting_id, pair in known.items() if sighting_id != glimpse.sighting_id]
            if glimpse.height_m is not None and others:
                total = sum(weight for _, weight in others)
                mean = sum(height * weight for height, weight in others) / total
                error = (1 / total + 1 / _weight(glimpse)) ** 0.5
                found[number] = -abs(glimpse.height_m - mean) / error
        return found

    def _unit(self, glimpse: Glimpse) -> Numbers | None:
        if glimpse.describer != self.describer or not glimpse.descriptor:
            return None
        vector = np.frombuffer(glimpse.descriptor, np.int8).astype(float)
        length = float(np.linalg.norm(vector))
        return vector / length if length > 0 else None


def compared(glimpses: Sequence[Glimpse], anchors: Sequence[Glimpse], weighing: Weighing) -> list[Glimpse]:
    """The glimpses with what likeness to the anchors weighs added to their looks."""
    known = Anchors(tuple(anchors), weighing.describer)
    more = np.nan_to_num(weighing.same_looks.at(known.cosines(glimpses)))
    more += np.nan_to_num(weighing.same_height.at(known.heights(glimpses)))
    return [replace(glimpse, look=glimpse.look + float(one)) for glimpse, one in zip(glimpses, more, strict=True)]


def _weight(glimpse: Glimpse) -> float:
    return 1 / ((glimpse.height_error_m or 0.0) ** 2 + LEAST_HEIGHT_ERROR_M**2)
