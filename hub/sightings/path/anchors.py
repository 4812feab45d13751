"""Likeness to sightings that are known, or likely, to be of the sought person: sharper than words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hub.sightings.path.glimpses import Glimpse
from hub.sightings.path.weighing import Numbers, Weighing

DESCRIPTOR_BYTES = 64
LEAST_HEIGHT_ERROR_M = 0.03
"""Two cameras do not agree to less: calibrations and gait."""


@dataclass(frozen=True)
class Anchors:
    """Sightings of one person, on which others are compared with; none of them with itself."""

    glimpses: tuple[Glimpse, ...]
    describer: str

    def cosines(self, glimpses: Sequence[Glimpse]) -> Numbers:
        """Of each descriptor with the mean of the anchors' (each of length 1), nan where that cannot be compared."""
        own = {glimpse.sighting_id for glimpse in self.glimpses}
        vectors = units(glimpses, self.describer)
        itself = np.array([glimpse.sighting_id in own for glimpse in glimpses], np.bool_)
        others = units(self.glimpses, self.describer).sum(axis=0) - vectors * itself[:, None]
        lengths = np.linalg.norm(others, axis=1)
        known = (lengths > 1e-6) & vectors.any(axis=1)
        return np.where(known, (vectors * others).sum(axis=1) / np.maximum(lengths, 1e-9), np.nan)

    def heights(self, glimpses: Sequence[Glimpse]) -> Numbers:
        """Of each height how far it is from the anchors', in standard errors, negative; nan where it is not known."""
        known = {g.sighting_id: (g.height_m, height_weight(g)) for g in self.glimpses if g.height_m is not None}
        found = np.full(len(glimpses), np.nan)
        for number, glimpse in enumerate(glimpses):
            others = [pair for sighting_id, pair in known.items() if sighting_id != glimpse.sighting_id]
            if glimpse.height_m is not None and others:
                total = sum(weight for _, weight in others)
                mean = sum(height * weight for height, weight in others) / total
                error = (1 / total + 1 / height_weight(glimpse)) ** 0.5
                found[number] = -abs(glimpse.height_m - mean) / error
        return found


def compared(glimpses: Sequence[Glimpse], anchors: Sequence[Glimpse], weighing: Weighing) -> list[Glimpse]:
    """The glimpses with what likeness to the anchors weighs added to their looks."""
    known = Anchors(tuple(anchors), weighing.describer)
    more = np.nan_to_num(weighing.same_looks.at(known.cosines(glimpses)))
    more += np.nan_to_num(weighing.same_height.at(known.heights(glimpses)))
    return [replace(glimpse, look=glimpse.look + float(one)) for glimpse, one in zip(glimpses, more, strict=True)]


def units(glimpses: Sequence[Glimpse], describer: str) -> Numbers:
    """Descriptors at length 1, (N, DESCRIPTOR_BYTES); zeros where there is none of this describer."""
    found = np.zeros((len(glimpses), DESCRIPTOR_BYTES))
    for number, glimpse in enumerate(glimpses):
        if glimpse.describer == describer and glimpse.descriptor:
            vector = np.frombuffer(glimpse.descriptor[:DESCRIPTOR_BYTES], np.int8)
            found[number, : len(vector)] = vector
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1), 1e-9)[:, None])


def height_weight(glimpse: Glimpse) -> float:
    """How much a height counts in a mean of several: one over its variance."""
    return 1 / ((glimpse.height_error_m or 0.0) ** 2 + LEAST_HEIGHT_ERROR_M**2)
