"""What is asked of ``qianshao bench capacity``, and what it answers: two curves, and how far each goes."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bench.figures import Arrived

MOST_P99_MS = 100.0
"""Later than this, guards speak into one another's words."""
PACKET_MS = 20
RADIOS_IN_ALL = 130
TURNS = 3
"""Bursts at each point, whose medians count: a noise that comes and goes is in one of them."""


@dataclass(frozen=True)
class Plan:
    """What is measured: so many seconds of speech at each point, until ``beyond`` points are past the limit."""

    seconds: float
    groups: tuple[int, ...]
    radios_in_all: int
    """In all groups together."""
    radios: tuple[int, ...]
    """In one group."""
    beyond: int = 1

    @property
    def packets(self) -> int:
        """In one burst."""
        return max(1, round(self.burst_s * 1000 / PACKET_MS))

    @property
    def burst_s(self) -> float:
        """How long one burst lasts."""
        return self.seconds / TURNS


def plan_of(seconds: float, groups: str, radios: str) -> Plan:
    """The plan of loads given as numbers with commas between. Raises ValueError for what is no number above 0."""
    of_groups, of_radios = (tuple(sorted(int(one) for one in given.split(","))) for given in (groups, radios))
    if min(of_groups) < 1 or max(of_groups) > RADIOS_IN_ALL // 2 or min(of_radios) < 1:
        raise ValueError(f"1 to {RADIOS_IN_ALL // 2} groups, each with somebody who listens, and 1 radio or more")
    return Plan(seconds, of_groups, RADIOS_IN_ALL, of_radios)


class Point(msgspec.Struct, frozen=True):
    """What one load came to; ``at`` is the number of talk groups, or of radios."""

    at: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    packets_expected: int
    loss: int
    hub_cpu_percent: float
    broker_cpu_percent: float

    @property
    def holds(self) -> bool:
        """Whether voice is as it should be."""
        return self.p99_ms <= MOST_P99_MS and self.loss == 0


class Curve(msgspec.Struct, frozen=True):
    """``most`` is the last load before the first that does not hold; None where not even the first does."""

    points: tuple[Point, ...]
    most: int | None
    is_end_found: bool
    """Whether a point was beyond; otherwise more than ``most`` may go."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """``groups``: with a talker each at once, ``radios_in_all`` spread over them. ``radios``: in one group."""

    seconds: float
    packet_ms: int
    radios_in_all: int
    most_p99_ms: float
    load_average: tuple[float, float, float]
    """Of the machine when the last point was over, over 1, 5 and 15 minutes."""
    groups: Curve
    radios: Curve


def point(at: int, turns: Sequence[Arrived], hub_cpu_percent: float, broker_cpu_percent: float) -> Point:
    """What arrived of one load, medians of its turns; where nothing did, the delays are those of what never comes."""
    lost, expected = (sum(counts) for counts in zip(*((one.lost, one.delays_ms.size) for one in turns), strict=True))
    p50, p95, p99 = (
        statistics.median(one.percentile_ms(share) if one.lost < one.delays_ms.size else math.inf for one in turns)
        for share in (50, 95, 99)
    )
    return Point(
        at, round(p50, 2), round(p95, 2), round(p99, 2), expected, lost,
        round(hub_cpu_percent, 1), round(broker_cpu_percent, 1),
    )  # fmt: skip


def curve(points: Sequence[Point]) -> Curve:
    """The points in order of their load, and how far it holds."""
    ordered = sorted(points, key=lambda one: one.at)
    most = None
    for one in ordered:
        if not one.holds:
            return Curve(tuple(ordered), most, is_end_found=True)
        most = one.at
    return Curve(tuple(ordered), most, is_end_found=False)
