"""How long an ask may wait for an answer, and how long until what it asks is done, by its kind and grade. Pure.

A report waits no longer than a case of its matter is collected and handled. What a whistle and a directive have is the
product's judgement: published accounts tell of two-way response, not of its limits.
"""

from __future__ import annotations

from enum import StrEnum

from hub.cases.limits import LEAST_MS, MINUTE_MS, SHARE, CaseKind, Grade, Stage
from hub.cases.limits import limit_ms as case_limit_ms


class AskKind(StrEnum):
    """Which way it goes."""

    REPORT = "report"
    """上报: a grid member or guard calls, an officer answers."""
    WHISTLE = "whistle"
    """吹哨: an officer calls, each grid member on duty answers."""
    DIRECTIVE = "directive"
    """指令: sent down, each who is named answers."""


_MINUTES = {AskKind.WHISTLE: (2, 30), AskKind.DIRECTIVE: (10, 24 * 60)}
"""Until answered, until done; of the usual grade, where nobody says otherwise."""
_AGAIN_SHARE = 0.5
MOST_MINUTES = 14 * 24 * 60
"""As long as the longest stage of a case."""


def answer_ms(kind: AskKind, matter: CaseKind | None, grade: Grade) -> int:
    """How long until it is answered; ``matter`` is what a report is about."""
    if kind is AskKind.REPORT:
        return case_limit_ms(matter or CaseKind.OTHER, grade, Stage.COLLECT)
    return max(LEAST_MS, round(_MINUTES[kind][0] * SHARE[grade] * MINUTE_MS))


def finish_ms(kind: AskKind, matter: CaseKind | None, grade: Grade, minutes: int | None = None) -> int:
    """How long until it is done: a report from when somebody takes it, others from when they are made.

    ``minutes``: what whoever made it says, in the place of the usual.
    """
    if kind is AskKind.REPORT:
        return case_limit_ms(matter or CaseKind.OTHER, grade, Stage.HANDLE)
    if minutes is not None:
        return minutes * MINUTE_MS
    return max(LEAST_MS, round(_MINUTES[kind][1] * SHARE[grade] * MINUTE_MS))


def again_ms(kind: AskKind, matter: CaseKind | None, grade: Grade) -> int:
    """How long until the next step up, where nothing moves."""
    return max(LEAST_MS, round(answer_ms(kind, matter, grade) * _AGAIN_SHARE))
