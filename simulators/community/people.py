"""The people of the scene: the missing child, other children, passers-by; their bodies, clothes and ways."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from simulators.community.arrays import Floats
from simulators.community.body import Figure
from simulators.community.dawdling import Walk, dawdle
from simulators.community.ground import Line, beside
from simulators.community.parameters import Parameters
from simulators.community.placement import Placement
from simulators.community.town import Node, Town


class PersonKind(StrEnum):
    MISSING_CHILD = "missing_child"
    CHILD = "child"
    ADULT = "adult"


CLOTH: dict[str, tuple[int, int, int]] = {
    "black": (40, 40, 44),
    "grey": (128, 128, 130),
    "white": (224, 224, 222),
    "red": (200, 34, 40),
    "orange": (232, 122, 36),
    "yellow": (228, 194, 52),
    "green": (44, 128, 66),
    "blue": (34, 72, 172),
    "purple": (112, 60, 142),
    "pink": (236, 150, 176),
    "brown": (112, 76, 50),
}
"""Red, green, blue of cloth by the colour names of devices.protocol."""

_UPPER_SHARES = {
    "black": 19, "white": 17, "grey": 14, "blue": 12, "green": 8, "red": 7, "yellow": 6, "brown": 5, "pink": 5,
    "purple": 4, "orange": 3,
}  # fmt: skip
_LOWER_SHARES = {"black": 34, "blue": 26, "grey": 20, "brown": 11, "white": 5, "green": 4}

MISSING_CHILD_HEIGHT_M = 1.10
_MISSING_CHILD_UPPER, _MISSING_CHILD_LOWER = "red", "blue"
_DRESSED_LIKE_HER = 2
"""So many adults wear the missing child's colours: only their size tells them from her."""

_CHILDREN: tuple[tuple[str, str, float, bool], ...] = (
    ("red", "grey", 1.16, False),
    ("white", "blue", 1.06, True),
    ("red", "black", 1.24, False),
    ("yellow", "grey", 1.12, True),
    ("green", "brown", 1.20, False),
)
"""Upper, lower, height and long hair of the other children; the first three share one colour with the missing child."""

_SIDEWAYS_M = (-1.8, 2.2)
"""How far to the right of the street's middle people keep; its edges are for trees and planters."""

_CORNER_M = 0.9


@dataclass(frozen=True)
class Person:
    """One person: ``tones`` are the cloth's own red, green, blue by Cover; ``way`` is walked from ``start_m`` on."""

    person_id: str
    kind: PersonKind
    figure: Figure
    upper: str
    lower: str
    tones: tuple[tuple[float, float, float], ...]
    way: Line
    start_m: float
    speed_m_s: float
    seed: int
    walk: Walk | None = None
    """Of who dawdles; None walks evenly."""

    def walked_m(self, times_s: Floats) -> Floats:
        """Distance along the way at scenario times."""
        return self.start_m + (self.speed_m_s * times_s if self.walk is None else self.walk.along_m(times_s))

    def paced_m(self, times_s: Floats) -> Floats:
        """Metres gone at scenario times, there and back."""
        return self.walked_m(times_s) if self.walk is None else self.start_m + self.walk.paced_m(times_s)

    def stand(self, times_s: Floats) -> tuple[Floats, Floats]:
        """Where (N, 2) and in which direction (N, 2) the person walks; corners are cut a little."""
        walked = self.walked_m(times_s)
        behind, ahead = self.way.at(walked - _CORNER_M), self.way.at(walked + _CORNER_M)
        step = ahead - behind
        if self.walk is not None:
            step = np.where(self.walk.goes_back(times_s)[:, None], -step, step)
        length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)[:, None]
        return (behind + ahead + self.way.at(walked)) / 3, step / length


def gather(town: Town, placement: Placement, parameters: Parameters, rng: np.random.Generator) -> list[Person]:
    """Everybody in the scene: K01 is the missing child, K02 to K06 other children, A01 on adults."""
    people = [_missing_child(town, placement, parameters, rng)]
    for number, (upper, lower, height, girl) in enumerate(_CHILDREN, start=2):
        way, start = _way(town, placement, parameters, rng, placement.route)
        figure = Figure(height, True, float(rng.uniform(0.95, 1.1)), bool(rng.random() < 0.4), girl)
        speed = float(rng.uniform(0.95, 1.35))
        people.append(_person(f"K{number:02d}", PersonKind.CHILD, figure, (upper, lower), way, start, speed, rng))
    for number in range(1, parameters.passers_by + 1):
        way, start = _way(town, placement, parameters, rng, None)
        woman = bool(rng.random() < 0.5)
        height = float(np.clip(rng.normal(1.60 if woman else 1.71, 0.055), 1.46, 1.88))
        figure = Figure(height, False, float(rng.uniform(0.9, 1.18)), bool(rng.random() < 0.5), woman)
        clothes = _pick(_UPPER_SHARES, rng), _pick(_LOWER_SHARES, rng)
        if number <= _DRESSED_LIKE_HER:
            clothes = (_MISSING_CHILD_UPPER, _MISSING_CHILD_LOWER)
        speed = float(np.clip(rng.normal(1.25, 0.18), 0.8, 1.7))
        people.append(_person(f"A{number:02d}", PersonKind.ADULT, figure, clothes, way, start, speed, rng))
    return [_at_their_pace(person, parameters) for person in people]


def _at_their_pace(person: Person, parameters: Parameters) -> Person:
    """Dawdling if it is one of the children who do; by a lot of its own, so that nobody else changes."""
    rng = np.random.default_rng(person.seed)
    if person.kind is PersonKind.ADULT or rng.random() >= parameters.dawdling:
        return person
    return replace(person, walk=dawdle(person.speed_m_s, parameters.seconds, rng))


def _missing_child(town: Town, placement: Placement, parameters: Parameters, rng: np.random.Generator) -> Person:
    """She keeps to the right, away from the cameras' side, and is past the last of them 12 s before the end."""
    nodes = _wander(town, placement, list(placement.route), 400.0, rng)
    start = 5.0
    speed = float(np.clip((placement.route_end_m - start) / max(parameters.seconds - 12.0, 1.0), 1.0, 1.75))
    way = Line.through(beside([town.crossings[node] for node in nodes], 1.8))
    figure = Figure(MISSING_CHILD_HEIGHT_M, True, 1.0, False, True)
    clothes = (_MISSING_CHILD_UPPER, _MISSING_CHILD_LOWER)
    return _person("K01", PersonKind.MISSING_CHILD, figure, clothes, way, start, speed, rng)


def _person(
    person_id: str,
    kind: PersonKind,
    figure: Figure,
    clothes: tuple[str, str],
    way: Line,
    start_m: float,
    speed_m_s: float,
    rng: np.random.Generator,
) -> Person:
    def tone(colour: tuple[int, int, int], spread: float) -> tuple[float, float, float]:
        red, green, blue = np.clip(np.array(colour) * rng.uniform(1 - spread, 1 + spread), 14, 245)
        return float(red), float(green), float(blue)

    hair = (34, 28, 26) if figure.child or rng.random() < 0.85 else (120, 118, 116)
    shoes = [(52, 48, 48), (205, 205, 205), (90, 70, 56)][int(rng.integers(3))]
    tones = (
        tone((204, 162, 136), 0.07),
        tone(hair, 0.05),
        tone(CLOTH[clothes[0]], 0.07),
        tone(CLOTH[clothes[1]], 0.07),
        tone(shoes, 0.05),
    )
    seed = int(rng.integers(1, 2**31))
    return Person(person_id, kind, figure, clothes[0], clothes[1], tones, way, start_m, speed_m_s, seed)


def _pick(shares: dict[str, int], rng: np.random.Generator) -> str:
    weights = np.array(list(shares.values()), dtype=float)
    return list(shares)[int(rng.choice(len(shares), p=weights / weights.sum()))]


def _way(
    town: Town, placement: Placement, parameters: Parameters, rng: np.random.Generator, route: list[Node] | None
) -> tuple[Line, float]:
    """A way through the streets, long enough for the scene, and where on it the person starts."""
    if route is None:
        busy = sorted(placement.busy)
        edge = busy[int(rng.integers(len(busy)))]
        first = list(edge if rng.random() < 0.5 else edge[::-1])
    else:
        first = list(route if rng.random() < 0.5 else route[::-1])
    nodes = _wander(town, placement, first, parameters.seconds * 1.75 + 120, rng)
    start = float(rng.uniform(0, math.dist(town.crossings[nodes[0]], town.crossings[nodes[1]])))
    return Line.through(beside([town.crossings[node] for node in nodes], float(rng.uniform(*_SIDEWAYS_M)))), start


def _wander(
    town: Town, placement: Placement, nodes: list[Node], length_m: float, rng: np.random.Generator
) -> list[Node]:
    """Go on from crossing to crossing, not straight back, rather into busy streets, until the way is long enough."""
    way = list(nodes)
    length = sum(math.dist(town.crossings[a], town.crossings[b]) for a, b in itertools.pairwise(way))
    while length < length_m:
        here, before = way[-1], way[-2]
        choices = [node for node in town.neighbours(here) if node != before]
        weights = np.array([5.0 if (min(here, node), max(here, node)) in placement.busy else 1.0 for node in choices])
        ahead = choices[int(rng.choice(len(choices), p=weights / weights.sum()))]
        length += math.dist(town.crossings[here], town.crossings[ahead])
        way.append(ahead)
    return way
