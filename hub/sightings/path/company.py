"""Who walked along: people whose own sightings accompany the person at several steps of the path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.sightings.path.finding import Path
from hub.sightings.path.glimpses import Glimpse
from hub.sightings.path.ground import CameraGround
from hub.sightings.path.grouping import group
from hub.sightings.path.pace import ANYBODY
from hub.sightings.path.weighing import Weighing

SEVERAL = 2
"""Beside one camera anybody walks by chance; beside so many they go together."""


@dataclass(frozen=True)
class Companion:
    """One person's sightings, and the steps' sightings that they accompany, both in order of time."""

    glimpses: tuple[Glimpse, ...]
    beside: tuple[str, ...]


def company(
    path: Path, beside: Mapping[str, Sequence[Glimpse]], ground: CameraGround, weighing: Weighing
) -> tuple[Companion, ...]:
    """Who goes along at SEVERAL steps or more, most steps first.

    ``beside``: for each sighting of the path those that its camera told went along.
    """
    steps = [step.glimpse.sighting_id for step in path.steps]
    whose: dict[str, list[str]] = {}
    known: dict[str, Glimpse] = {}
    for step in steps:
        for glimpse in beside.get(step, ()):
            if glimpse.sighting_id not in steps:
                known[glimpse.sighting_id] = glimpse
                whose.setdefault(glimpse.sighting_id, []).append(step)
    found = []
    for members in group(list(known.values()), ground, ANYBODY, weighing):
        accompanied = {step for glimpse in members for step in whose[glimpse.sighting_id]}
        if len(accompanied) >= SEVERAL:
            ordered = tuple(sorted(members, key=lambda glimpse: glimpse.middle_s))
            found.append(Companion(ordered, tuple(step for step in steps if step in accompanied)))
    return tuple(sorted(found, key=lambda companion: -len(companion.beside)))
