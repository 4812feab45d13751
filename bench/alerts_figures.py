"""What is asked of ``qianshao bench alerts``, and what it answers: figures, and goals that are met or not."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from bench.figures import percentile
from bench.voice_figures import Goal

FEW_RADIOS = 130
"""Up to so many, a community, the first two goals count; beyond, a county, the next two."""
GOAL_DELIVERY_P99_S = 0.1
GOAL_SHOWN_P99_MS = 200.0
GOAL_MANY_DELIVERY_S = 5.0
GOAL_MANY_ACKNOWLEDGED_S = 10.0
OWN_LINES = 1_000
"""Up to so many radios have a line of their own and are enrolled by code; more share lines."""
RADIOS_OF_LINE = 250
"""Less than mosquitto has under way to one client, so that one does not wait for another."""
LIGHT = "radios are light ones: one process, no screen, tone or disk; "
OWN = "each is enrolled by code, with its own line and broker password"
SHARED = (
    f"{RADIOS_OF_LINE} share a line under the hub's name to a broker that is not the hub's own, without an access list "
    "for each; enrolled in the database before the start; each with its own seal, topics and status"
)


@dataclass(frozen=True)
class Plan:
    """So many radios, so many alerts one after the other."""

    radios: int
    alerts: int

    @property
    def radios_of_line(self) -> int:
        """1 where each has its own."""
        return 1 if self.radios <= OWN_LINES else RADIOS_OF_LINE


@dataclass
class Taken:
    """What one alert came to."""

    issued_s: float
    """From the press until the console has the answer: stored, with what must go out."""
    arrived_s: float
    """From the press until the last radio's side has it."""
    delivered_s: float
    """From the press until the console shows the last radio's receipt."""
    acknowledged_s: float
    """From the first key until the console shows the last."""
    shown_ms: list[float] = field(default_factory=list)
    """From each key until the console shows it."""
    lost: int = 0
    duplicates: int = 0
    lasted_s: float = 0.0
    hub_s: float = 0.0
    """Processor time."""


@dataclass(frozen=True)
class Bare:
    """What the machine takes for an alert without a hub (bench/alerts_bare.py)."""

    messages_s: float
    """To send it to all radios and have their receipts."""
    rows_s: float
    """To bring its rows to disk."""


class Shown(msgspec.Struct, frozen=True):
    """Milliseconds, over all keys."""

    p50: float
    p99: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Times without p99 are medians over the alerts of the run. ``lost``: radios without the alert, and keys that the
    console never shows; ``duplicates``: alerts that a radio got again. Both over all alerts."""

    radios: int
    alerts: int
    light: str
    load_average: tuple[float, float, float]
    """Of the machine when the last alert was over, over 1, 5 and 15 minutes."""
    issued_s: float
    last_arrival_s: float
    last_delivery_s: float
    last_delivery_p99_s: float
    bare_messages_s: float
    bare_rows_s: float
    bare_ratio: float
    """``last_delivery_s`` to the sum of both: what is stored first, and then sent."""
    all_acknowledged_s: float
    acknowledgement_shown_ms: Shown
    lost: int
    duplicates: int
    hub_cpu_percent: float
    """While an alert is under way, from the press until the last key is shown; without the broker's."""
    hub_cpu_s_for_each_alert: float
    memory_mb: float
    goals: dict[str, Goal]


def report(
    plan: Plan, found: Sequence[Taken], bare: Bare, memory_mb: float, load_average: tuple[float, float, float]
) -> Report:
    """The figures over all alerts, and each goal."""
    shown = [ms for one in found for ms in one.shown_ms] or [float("inf")]
    delivered = [one.delivered_s for one in found]
    p99_s, shown_p99_ms = percentile(delivered, 99), percentile(shown, 99)
    acknowledged_s, lost = _median([one.acknowledged_s for one in found]), sum(one.lost for one in found)
    if plan.radios <= FEW_RADIOS:
        limits = {
            "last_delivery_p99_s": (p99_s, GOAL_DELIVERY_P99_S),
            "acknowledgement_shown_p99_ms": (shown_p99_ms, GOAL_SHOWN_P99_MS),
        }
    else:
        limits = {
            "last_delivery_p99_s": (p99_s, GOAL_MANY_DELIVERY_S),
            "all_acknowledged_s": (acknowledged_s, GOAL_MANY_ACKNOWLEDGED_S),
        }
    limits["lost"] = (lost, 0)
    return Report(
        radios=plan.radios,
        alerts=len(found),
        light=LIGHT + (OWN if plan.radios_of_line == 1 else SHARED),
        load_average=load_average,
        issued_s=_median([one.issued_s for one in found]),
        last_arrival_s=_median([one.arrived_s for one in found]),
        last_delivery_s=_median(delivered),
        last_delivery_p99_s=round(p99_s, 3),
        bare_messages_s=round(bare.messages_s, 3),
        bare_rows_s=round(bare.rows_s, 3),
        bare_ratio=round(_median(delivered) / (bare.messages_s + bare.rows_s), 2),
        all_acknowledged_s=acknowledged_s,
        acknowledgement_shown_ms=Shown(round(percentile(shown, 50), 1), round(shown_p99_ms, 1)),
        lost=lost,
        duplicates=sum(one.duplicates for one in found),
        hub_cpu_percent=round(100 * sum(one.hub_s for one in found) / sum(one.lasted_s for one in found), 1),
        hub_cpu_s_for_each_alert=round(sum(one.hub_s for one in found) / len(found), 3),
        memory_mb=round(memory_mb, 1),
        goals={name: Goal(round(measured, 3), most, measured <= most) for name, (measured, most) in limits.items()},
    )


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)
