"""How long each stage of a case may take, by its kind and grade. Pure.

The figures are the product's judgement: field.md's places publish their flow (collect, verify, report, handle, feed
back), not their limits. A missing child is looked for within a minute; a dispute may take days.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

MINUTE_MS = 60_000
_HOUR, _DAY = 60, 24 * 60


class CaseKind(StrEnum):
    """What happened."""

    MISSING_PERSON = "missing_person"
    PUBLIC_ORDER = "public_order"
    HAZARD = "hazard"
    DISPUTE = "dispute"
    HELP = "help"
    OTHER = "other"


class Grade(IntEnum):
    """How grave it is, 1 the most."""

    GRAVEST = 1
    GRAVE = 2
    USUAL = 3
    SLIGHT = 4
    SLIGHTEST = 5


class Stage(StrEnum):
    """How far a case is."""

    COLLECT = "collect"
    VERIFY = "verify"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    FEED_BACK = "feed_back"
    CLOSED = "closed"


OPEN_STAGES = tuple(stage for stage in Stage if stage is not Stage.CLOSED)

_MINUTES: dict[CaseKind, tuple[int, int, int, int, int]] = {
    CaseKind.MISSING_PERSON: (1, 2, 1, 30, _HOUR),
    CaseKind.PUBLIC_ORDER: (2, 5, 3, _HOUR, _DAY),
    CaseKind.HAZARD: (5, 30, 30, _DAY, _DAY),
    CaseKind.DISPUTE: (10, _HOUR, _HOUR, 3 * _DAY, 7 * _DAY),
    CaseKind.HELP: (5, 15, 10, 2 * _HOUR, _DAY),
    CaseKind.OTHER: (10, 30, 30, _DAY, _DAY),
}
"""Of a usual one, in the order of OPEN_STAGES."""
SHARE = {Grade.GRAVEST: 0.5, Grade.GRAVE: 0.75, Grade.USUAL: 1.0, Grade.SLIGHT: 1.5, Grade.SLIGHTEST: 2.0}
"""What a grade has of the time of a usual one."""
_AGAIN_SHARE = 0.5
"""Whoever it went up to has half of the stage's time."""
LEAST_MS = MINUTE_MS
MOST_MS = 14 * _DAY * MINUTE_MS
"""No stage is given more: 7 days, twice."""


def limit_ms(kind: CaseKind, grade: Grade, stage: Stage) -> int:
    """How long a stage may take; ``stage`` is an open one."""
    minutes = _MINUTES[kind][OPEN_STAGES.index(stage)]
    return max(LEAST_MS, round(minutes * SHARE[grade] * MINUTE_MS))


def again_ms(kind: CaseKind, grade: Grade, stage: Stage) -> int:
    """How long whoever an overdue case went up to has."""
    return max(LEAST_MS, round(limit_ms(kind, grade, stage) * _AGAIN_SHARE))
