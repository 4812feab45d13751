"""What is asked of ``qianshao bench voice``, and what it answers: figures, and goals that are met or not."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from bench.figures import Arrived, delays, medians, percentile
from bench.talkers import Speech

TURN_S = 5.0
"""A run is cut into turns of about so long, so that a noise that comes and goes is in both manners."""
REAL_MOST = 30
"""So many radios at most are real ones, a quarter otherwise."""
GOAL_LATER_MS = 3.0
GOAL_LATER_MANY_MS = 10.0
MANY_RADIOS = 300
"""Past so many the second goal counts."""
GOAL_ACCESS_MS = 20.0
GOAL_CPU_PERCENT = 10.0


class BrokerKind(StrEnum):
    EMBEDDED = "embedded"
    MOSQUITTO = "mosquitto"

    @property
    def choice(self) -> str:
        """As the hub's setting calls it."""
        return "managed" if self is BrokerKind.MOSQUITTO else "embedded"


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    radios: int
    frame_ms: int
    seconds: float
    broker: BrokerKind
    runs: int

    @property
    def real(self) -> int:
        """Radios that are real ones."""
        return min(REAL_MOST, self.radios // 4)

    @property
    def turns(self) -> int:
        """Turns of each manner in a run."""
        return max(1, round(self.seconds / TURN_S))


@dataclass
class Run:
    """What one run gathers."""

    relay: list[Arrived] = field(default_factory=list)
    bare: list[Arrived] = field(default_factory=list)
    access_ms: list[float] = field(default_factory=list)
    late_entry_ms: list[float] = field(default_factory=list)
    lost_by_real: int = 0
    counted_by_hub: list[int] = field(default_factory=list)
    cpu_s: float = 0.0
    broker_cpu_s: float = 0.0
    """Of the hub's only child: its rooms for benches have no vision workers."""
    spoken_s: float = 0.0
    memory_mb: float = 0.0

    def figures(self) -> dict[str, float]:
        """The run's own figures."""
        relay, bare = delays(self.relay), delays(self.bare)
        return {
            "relay_p50_ms": relay.p50_ms,
            "relay_p95_ms": relay.p95_ms,
            "relay_p99_ms": relay.p99_ms,
            "bare_broker_p50_ms": bare.p50_ms,
            "bare_broker_p95_ms": bare.p95_ms,
            "bare_broker_p99_ms": bare.p99_ms,
            "relay_later_p50_ms": self._later_ms(50),
            "relay_later_p99_ms": self._later_ms(99),
            "access_p50_ms": percentile(self.access_ms, 50),
            "access_p95_ms": percentile(self.access_ms, 95),
            "late_entry_p95_ms": percentile(self.late_entry_ms, 95) if self.late_entry_ms else float("nan"),
            "hub_cpu_percent": 100 * self.cpu_s / self.spoken_s,
            "broker_cpu_percent": 100 * self.broker_cpu_s / self.spoken_s,
            "memory_mb": self.memory_mb,
            "radios_heard_least": min(self.counted_by_hub),
        }

    def _later_ms(self, share: float) -> float:
        """How much larger a percentile is in a turn of the relay than in the bare one before it, the median."""
        pairs = zip(self.relay, self.bare, strict=True)
        return statistics.median(relay.percentile_ms(share) - bare.percentile_ms(share) for relay, bare in pairs)


class Goal(msgspec.Struct, frozen=True):
    """One figure that has a limit."""

    measured: float
    at_most: float
    is_met: bool


class Report(msgspec.Struct, frozen=True):
    """``figures`` are medians of the runs; losses are of all runs together."""

    radios: int
    real_radios: int
    broker: BrokerKind
    frame_ms: int
    seconds: float
    runs: int
    figures: dict[str, float]
    loss: int
    packets_expected: int
    bare_broker_loss: int
    goals: dict[str, Goal]

    def flat(self) -> dict[str, object]:
        """All figures side by side, as they are printed."""
        told = msgspec.structs.asdict(self)
        del told["figures"]
        return {**self.figures, **told}


def report(plan: Plan, speech: Speech, runs: list[Run]) -> Report:
    """The medians of the runs, and each goal."""
    figures = medians([run.figures() for run in runs])
    lost = sum(turn.lost for run in runs for turn in run.relay) + sum(run.lost_by_real for run in runs)
    later_ms = GOAL_LATER_MANY_MS if plan.radios > MANY_RADIOS else GOAL_LATER_MS
    limits = {
        "relay_p99_ms": (figures["relay_p99_ms"], round(figures["bare_broker_p99_ms"] + later_ms, 3)),
        "access_p95_ms": (figures["access_p95_ms"], GOAL_ACCESS_MS),
        "loss": (lost, 0),
        "hub_cpu_percent": (figures["hub_cpu_percent"], GOAL_CPU_PERCENT),
    }
    return Report(
        radios=plan.radios,
        real_radios=plan.real,
        broker=plan.broker,
        frame_ms=plan.frame_ms,
        seconds=plan.seconds,
        runs=plan.runs,
        figures=figures,
        loss=lost,
        packets_expected=plan.runs * plan.turns * speech.packets * plan.radios,
        bare_broker_loss=sum(turn.lost for run in runs for turn in run.bare),
        goals={name: Goal(measured, most, measured <= most) for name, (measured, most) in limits.items()},
    )
