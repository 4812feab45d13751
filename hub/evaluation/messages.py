"""What the evaluation says over the interface."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec

from hub.evaluation.periods import Period


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in the evaluation's interface."""


class Unit(StrEnum):
    """By what the figures are broken down; never by person."""

    VENUE = "venue"
    GRID = "grid"
    ROOM = "room"
    """Not at all."""


class Wanted(Part, frozen=True, kw_only=True, rename={"on": "from"}, forbid_unknown_fields=True):
    """The query: the period in which the day ``from`` lies, today without one."""

    period: Period = Period.WEEK
    on: date | None = None
    unit: Unit = Unit.VENUE


class Taken(Wanted, frozen=True, kw_only=True, rename={"on": "from"}, forbid_unknown_fields=True):
    """The query of a file to take away; also the detail of its audit record."""

    language: Literal["zh", "en"] = "zh"


class Figures(Part, frozen=True, kw_only=True):
    """Sums over a period. Seconds are from an alert's issue; shares are of 1; None: nothing to take it of."""

    alerts: int
    """Actual ones that a venue had to answer, one for each venue."""
    acknowledged: int
    acknowledged_share: float | None
    acknowledge_median_s: float | None
    acknowledge_p90_s: float | None
    reported: int
    report_median_s: float | None
    report_p90_s: float | None
    overdue: int
    """Those for which a step of the escalation fell due before they were acknowledged."""
    roll_calls: int
    roll_calls_answered: int
    roll_call_share: float | None
    exercises: int
    exercises_acknowledged: int


class Line(Part, frozen=True, kw_only=True):
    """One venue or grid."""

    id: str
    name: str
    figures: Figures
    few: bool
    """Too few alerts for its shares to say much; such lines come last and are not ranked."""


class Day(Part, frozen=True, kw_only=True):
    """The whole room on one day."""

    day: date
    figures: Figures


class Evaluation(Part, frozen=True, kw_only=True):
    """A period: the whole room, the room in the period before, and each unit, the least acknowledged first."""

    period: Period
    first_day: date
    last_day: date
    unit: Unit
    whole: Figures
    before: Figures
    lines: tuple[Line, ...]
    course: tuple[Day, ...]
    """Day by day: a week's or month's days, and of a day the fortnight that ends on it."""
    as_of_ms: int
    """When the sums were last made."""
