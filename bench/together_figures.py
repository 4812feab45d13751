"""What is asked of ``qianshao bench together``, and what it answers: each part alone, with the others, and ratios."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from bench.figures import percentile
from bench.voice_figures import Goal

ENOUGH_FOR_P99 = 100
"""Delays of a turn; of fewer the 99th percentile is the greatest one, and a ratio of two says nothing."""
GOAL_RATIO = 2.0
"""How many times its own p99 alone each part may have while everything goes on."""


class Part(StrEnum):
    """What goes on in a police room at once; ``CAMERAS`` is looked at, the others are asked for."""

    VOICE = "voice"
    ALERTS = "alerts"
    SEARCH = "search"
    CAMERAS = "cameras"


class Delay(StrEnum):
    """What is timed."""

    VOICE_RELAY = "voice_relay"
    """From handing a packet to the hub until the kernel of a radio's side has it."""
    ALERT_DELIVERED = "alert_delivered"
    """From the dispatcher's key until the console shows a radio's receipt."""
    ACKNOWLEDGEMENT_SHOWN = "acknowledgement_shown"
    """From the guard's key until the console shows it."""
    LOOK = "look"
    """From a frame's arrival until it was looked at."""
    SEARCH = "search"
    """From asking until the hits are there."""


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    radios: int
    cameras: int
    sightings: int
    """So many are in the store before."""
    seconds: float
    """Of each turn: each part alone, then all together."""
    runs: int


class Looks(msgspec.Struct, frozen=True):
    """What the cameras' frames came to in a turn."""

    looks_per_s: float
    shed_per_s: float


@dataclass
class Taken:
    """What was taken in one turn."""

    delays_ms: dict[Delay, list[float]] = field(default_factory=dict)
    looks: Looks | None = None
    packets: int = 0
    packets_lost: int = 0
    alerts: int = 0
    alerts_unanswered: int = 0
    """Over all radios."""
    hub_cpu_percent: float = 0.0
    children_cpu_percent: float = 0.0
    """The broker's and the vision worker's."""


@dataclass
class Run:
    """Each part alone, and all together."""

    solo: dict[Part, Taken] = field(default_factory=dict)
    together: Taken = field(default_factory=Taken)


class Compared(msgspec.Struct, frozen=True):
    """One delay alone and with everything else; medians of the runs, the ratio that of each run's own two.

    Where a turn has fewer than ENOUGH_FOR_P99, the 99th percentiles and their ratio are of all runs' delays together.
    """

    solo_n: int
    """Delays over all runs."""
    together_n: int
    solo_p50_ms: float
    solo_p99_ms: float
    together_p50_ms: float
    together_p99_ms: float
    ratio_p50: float
    ratio_p99: float
    ratios_p99: tuple[float, ...]
    """Of each run, or the one of all together."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """``loss`` and ``alerts_unanswered`` are of all runs together."""

    radios: int
    cameras: int
    sightings: int
    seconds: float
    runs: int
    load_average: tuple[float, float, float]
    """Of the machine when the last run was over, over 1, 5 and 15 minutes."""
    delays: dict[Delay, Compared]
    cameras_solo: Looks
    cameras_together: Looks
    hub_cpu_percent: float
    children_cpu_percent: float
    loss: int
    packets_expected: int
    alerts_unanswered: int
    worst_delay: Delay
    worst_ratio: float
    goals: dict[str, Goal]


def compare(runs: Sequence[tuple[Sequence[float], Sequence[float]]]) -> Compared:
    """Of each run what was taken alone and together, in milliseconds."""
    solo_all, both_all = ([ms for run in runs for ms in run[turn]] for turn in (0, 1))
    is_few = any(len(turn) < ENOUGH_FOR_P99 for run in runs for turn in run)
    for_p99 = [(solo_all, both_all)] if is_few else runs
    solo50, both50 = ([percentile(run[turn], 50) for run in runs] for turn in (0, 1))
    solo99, both99 = ([percentile(run[turn], 99) for run in for_p99] for turn in (0, 1))
    ratios99 = [both / solo for solo, both in zip(solo99, both99, strict=True)]
    ratios50 = [both / solo for solo, both in zip(solo50, both50, strict=True)]
    return Compared(
        solo_n=len(solo_all),
        together_n=len(both_all),
        solo_p50_ms=_median(solo50),
        solo_p99_ms=_median(solo99),
        together_p50_ms=_median(both50),
        together_p99_ms=_median(both99),
        ratio_p50=_median(ratios50),
        ratio_p99=_median(ratios99),
        ratios_p99=tuple(round(ratio, 2) for ratio in ratios99),
    )


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 2)


def of_classes(edges_ms: Sequence[float], counts: Sequence[int]) -> list[float]:
    """Delays as they were counted in classes by upper edge: spread evenly in each; the open one counts as its edge."""
    found: list[float] = []
    below = 0.0
    for edge, count in zip((*edges_ms, edges_ms[-1]), counts, strict=True):
        found += [below + (edge - below) * (number + 0.5) / count for number in range(count)]
        below = edge
    return found


_PART_OF = {
    Delay.VOICE_RELAY: Part.VOICE,
    Delay.ALERT_DELIVERED: Part.ALERTS,
    Delay.ACKNOWLEDGEMENT_SHOWN: Part.ALERTS,
    Delay.LOOK: Part.CAMERAS,
    Delay.SEARCH: Part.SEARCH,
}


def report(plan: Plan, runs: Sequence[Run], load_average: tuple[float, float, float]) -> Report:
    """The medians of the runs and the worst ratio."""
    delays = {
        delay: compare([(run.solo[part].delays_ms[delay], run.together.delays_ms[delay]) for run in runs])
        for delay, part in _PART_OF.items()
    }
    worst = max(delays, key=lambda delay: delays[delay].ratio_p99)
    everything = [run.together for run in runs]
    turns = [taken for run in runs for taken in (*run.solo.values(), run.together)]
    lost, unanswered = sum(taken.packets_lost for taken in turns), sum(taken.alerts_unanswered for taken in turns)
    limits = {f"{delay.value}_ratio_p99": (compared.ratio_p99, GOAL_RATIO) for delay, compared in delays.items()}
    limits |= {"loss": (lost, 0), "alerts_unanswered": (unanswered, 0)}
    return Report(
        radios=plan.radios,
        cameras=plan.cameras,
        sightings=plan.sightings,
        seconds=plan.seconds,
        runs=plan.runs,
        load_average=load_average,
        delays=delays,
        cameras_solo=_looks([run.solo[Part.CAMERAS].looks for run in runs]),
        cameras_together=_looks([taken.looks for taken in everything]),
        hub_cpu_percent=_median([taken.hub_cpu_percent for taken in everything]),
        children_cpu_percent=_median([taken.children_cpu_percent for taken in everything]),
        loss=lost,
        packets_expected=sum(taken.packets for taken in turns),
        alerts_unanswered=unanswered,
        worst_delay=worst,
        worst_ratio=delays[worst].ratio_p99,
        goals={name: Goal(measured, most, measured <= most) for name, (measured, most) in limits.items()},
    )


def _looks(turns: Sequence[Looks | None]) -> Looks:
    found = [one for one in turns if one is not None]
    return Looks(_median([one.looks_per_s for one in found]), _median([one.shed_per_s for one in found]))
