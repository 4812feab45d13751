"""What a campaign does, drawn from its seed: which faults, at which alert, how long. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong."""

    HUB_KILLED = "hub_killed"
    BROKER_KILLED = "broker_killed"
    RADIOS_KILLED = "radios_killed"
    """Some radios' process, which begins again from their stores."""
    RADIOS_CUT = "radios_cut"
    """The lines of some radios are reset."""
    MESSAGES_DUPLICATED = "messages_duplicated"
    MESSAGES_REORDERED = "messages_reordered"
    """Each message is late by a time of its own, so that later ones overtake it."""
    DISK_FULL = "disk_full"
    DATABASE_LOCKED = "database_locked"
    DATABASE_KILLED = "database_killed"
    """The database's server, where it has one."""
    POWER_CUT = "power_cut"
    """The hub is killed, and its disk has lost what was not synced."""
    CLOCK_JUMP = "clock_jump"
    """The hub's wall clock is set forward or back."""
    CONSOLE_CUT = "console_cut"


LASTS_S = {
    FaultKind.RADIOS_KILLED: (0.0, 3.0),
    FaultKind.MESSAGES_DUPLICATED: (1.0, 5.0),
    FaultKind.MESSAGES_REORDERED: (1.0, 5.0),
    FaultKind.DISK_FULL: (2.0, 12.0),
    FaultKind.DATABASE_LOCKED: (0.5, 7.0),
}
"""From and to; others are moments. The database is locked for longer than SQLite itself waits (BUSY_TIMEOUT_MS); a full
disk is met only once the write-ahead log's file has to grow."""
AFTER_S = (0.0, 1.5)
"""How long after its alert was issued a fault comes."""


@dataclass(frozen=True)
class Plan:
    """What is asked for. ``broker`` as the hub's setting names it."""

    alerts: int = 2_000
    faults: int = 200
    radios: int = 130
    seed: int = 1
    broker: str = "managed"
    database: str = "sqlite"
    """Or postgresql."""

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be played."""
        if min(self.alerts, self.radios) < 1 or self.faults < 0:
            raise ValueError(f"{self}: at least one alert and one radio")


@dataclass(frozen=True)
class Fault:
    """One fault: ``after_s`` after alert ``alert`` (from 0) it begins, ``lasts_s`` later it is over.

    ``draw`` (0 to 1) says which of the things that it may strike.
    """

    kind: FaultKind
    alert: int
    after_s: float
    lasts_s: float
    draw: float


def faults_of(plan: Plan, *without: FaultKind) -> list[Fault]:
    """The faults in the order of their alerts; each kind but ``without`` as often as the others, give or take one."""
    rng = random.Random(f"{plan.seed}/faults")
    every = [kind for kind in FaultKind if kind not in without]
    kinds = [kind for _ in range(-(-plan.faults // len(every))) for kind in rng.sample(every, len(every))]
    alerts = sorted(rng.randrange(plan.alerts) for _ in range(plan.faults))
    return [
        Fault(kind, alert, rng.uniform(*AFTER_S), rng.uniform(*LASTS_S.get(kind, (0.0, 0.0))), rng.random())
        for kind, alert in zip(kinds, alerts, strict=False)
    ]
