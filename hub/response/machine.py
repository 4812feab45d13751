"""An ask from its first word to its end: who has answered, what is due next, and whom it goes up to. Pure.

One machine for both directions. Each who is asked has a line, ``line state x step -> line state`` in STEPS. How the
whole stands follows from how many lines are in each state: where one answer is enough (a report) one line carries it,
otherwise the slowest does. An open ask always has a deadline, a closed one none: ``Standing`` cannot be made otherwise.
Times are milliseconds, whose beginning does not matter.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from hub.cases.limits import CaseKind, Grade
from hub.errors import Refusal
from hub.response.limits import AskKind, again_ms, answer_ms, finish_ms


class LineState(StrEnum):
    """How far one who is asked is."""

    WAITING = "waiting"
    """未应答: has not said anything."""
    TAKEN = "taken"
    """已接: on my way."""
    ARRIVED = "arrived"
    """到场"""
    DONE = "done"
    """办结"""
    CANNOT = "cannot"
    """不能办, with a reason."""


class Step(StrEnum):
    """What one who is asked says."""

    TAKE = "take"
    ARRIVED = "arrived"
    DONE = "done"
    CANNOT = "cannot"


STEPS: dict[tuple[LineState, Step], LineState] = {
    (LineState.WAITING, Step.TAKE): LineState.TAKEN,
    (LineState.WAITING, Step.ARRIVED): LineState.ARRIVED,
    (LineState.WAITING, Step.DONE): LineState.DONE,
    (LineState.WAITING, Step.CANNOT): LineState.CANNOT,
    (LineState.TAKEN, Step.ARRIVED): LineState.ARRIVED,
    (LineState.TAKEN, Step.DONE): LineState.DONE,
    (LineState.TAKEN, Step.CANNOT): LineState.CANNOT,
    (LineState.ARRIVED, Step.DONE): LineState.DONE,
    (LineState.ARRIVED, Step.CANNOT): LineState.CANNOT,
    (LineState.CANNOT, Step.TAKE): LineState.TAKEN,
    (LineState.CANNOT, Step.ARRIVED): LineState.ARRIVED,
    (LineState.CANNOT, Step.DONE): LineState.DONE,
}
"""Forward, and back from what could not be done; nothing follows what is done."""
LINE_NAMES = {
    LineState.WAITING: "未应答",
    LineState.TAKEN: "已接",
    LineState.ARRIVED: "到场",
    LineState.DONE: "办结",
    LineState.CANNOT: "不能办",
}
STEP_NAMES = {Step.TAKE: "接受", Step.ARRIVED: "到场", Step.DONE: "办结", Step.CANNOT: "不能办"}
"""As people say them."""


class Phase(StrEnum):
    """How far the whole is."""

    WAITING = "waiting"
    """An answer is missing."""
    UNDER_WAY = "under_way"
    """Answered; not all is done."""
    STUCK = "stuck"
    """Nobody is left who will do it: somebody of the police room decides."""
    CLOSED = "closed"


class Whom(StrEnum):
    """Who is told that an ask is overdue."""

    ASKED = "asked"
    """Those who are asked: a reminder."""
    OFFICERS = "officers"
    """The officers of the grid."""
    ROOM = "room"
    """The police room's consoles."""
    CHIEF = "chief"


LADDERS: dict[AskKind, tuple[Whom, ...]] = {
    AskKind.REPORT: (Whom.ROOM, Whom.CHIEF),
    AskKind.WHISTLE: (Whom.ASKED, Whom.OFFICERS, Whom.ROOM),
    AskKind.DIRECTIVE: (Whom.ASKED, Whom.OFFICERS, Whom.ROOM),
}
"""Whom it goes up to, one time after the other; the last is told again and again."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines are in each state."""

    waiting: int = 0
    taken: int = 0
    arrived: int = 0
    done: int = 0
    cannot: int = 0

    @property
    def asked(self) -> int:
        """All lines."""
        return self.waiting + self.taken + self.arrived + self.done + self.cannot

    def moved(self, before: LineState | None, after: LineState) -> Tally:
        """With one line moved, or added where it was in no state ``before``."""
        counts = msgspec.structs.asdict(self)
        if before is not None:
            counts[before.value] -= 1
        counts[after.value] += 1
        return Tally(**counts)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How an ask stands. Raises ValueError where an open one has no deadline, or a closed one has.

    ``answer_by_ms`` and ``finish_by_ms`` are what it has been given (a report that nobody took has no second one);
    ``deadline_ms`` is when it is looked at next; ``level``: how often it went up since it last moved.
    """

    kind: AskKind
    matter: CaseKind | None
    grade: Grade
    phase: Phase
    tally: Tally
    answer_by_ms: int
    finish_by_ms: int | None
    deadline_ms: int | None
    level: int = 0

    def __post_init__(self) -> None:
        if (self.deadline_ms is None) != (self.phase is Phase.CLOSED):
            raise ValueError(f"an ask in phase {self.phase} with deadline {self.deadline_ms}")

    @property
    def whom(self) -> Whom | None:
        """Who is told of it being overdue; None while it is not."""
        ladder = LADDERS[self.kind]
        return ladder[min(self.level, len(ladder)) - 1] if self.level else None


def begun(
    kind: AskKind, matter: CaseKind | None, grade: Grade, asked: int, now_ms: int, minutes: int | None = None
) -> Standing:
    """An ask as it is made, of so many. One that nobody is there to answer is overdue at once: the next look tells."""
    answer_by_ms = now_ms + answer_ms(kind, matter, grade)
    finish_by_ms = None
    if kind is not AskKind.REPORT:
        finish_by_ms = now_ms + finish_ms(kind, matter, grade, minutes)
        answer_by_ms = min(answer_by_ms, finish_by_ms)
    return Standing(
        kind=kind,
        matter=matter,
        grade=grade,
        phase=Phase.WAITING if asked else Phase.STUCK,
        tally=Tally(waiting=asked),
        answer_by_ms=answer_by_ms,
        finish_by_ms=finish_by_ms,
        deadline_ms=answer_by_ms if asked else now_ms,
    )


def line_after(state: LineState, step: Step) -> LineState:
    """The line after what its person says. Raises Refusal for what does not lead on from there."""
    after = STEPS.get((state, step))
    if after is None:
        raise Refusal(
            "wrong_step",
            f"已是“{LINE_NAMES[state]}”，不能再“{STEP_NAMES[step]}”",
            f"a line that is {state} knows no {step}",
            status=409,
        )
    return after


def answered(standing: Standing, before: LineState | None, after: LineState, now_ms: int) -> Standing:
    """The ask after one line went from ``before`` to ``after``; None: somebody joined who had not been asked.

    It ends by itself when all of it is done. What moves on to another phase has that one's time, and is overdue no
    longer. Raises ValueError for a closed one.
    """
    if standing.phase is Phase.CLOSED:
        raise ValueError("a closed ask has no more answers")
    tally = standing.tally.moved(before, after)
    phase = _phase(standing.kind, tally)
    if phase is Phase.CLOSED:
        return closed(msgspec.structs.replace(standing, tally=tally))
    if phase is standing.phase:
        return msgspec.structs.replace(standing, tally=tally)
    again_by_ms = now_ms + again_ms(standing.kind, standing.matter, standing.grade)
    answer_by_ms, finish_by_ms, deadline_ms = standing.answer_by_ms, standing.finish_by_ms, again_by_ms
    if phase is Phase.STUCK:
        deadline_ms = now_ms
    elif phase is Phase.WAITING:  # who had taken it cannot, others may yet
        answer_by_ms = again_by_ms
    else:
        if standing.kind is AskKind.REPORT:
            finish_by_ms = now_ms + finish_ms(standing.kind, standing.matter, standing.grade)
        assert finish_by_ms is not None  # all but reports have one from the beginning
        deadline_ms = max(finish_by_ms, again_by_ms)
    return msgspec.structs.replace(
        standing,
        phase=phase,
        tally=tally,
        answer_by_ms=answer_by_ms,
        finish_by_ms=finish_by_ms,
        deadline_ms=deadline_ms,
        level=0,
    )


def escalated(standing: Standing, now_ms: int) -> Standing:
    """The ask after its deadline passed: one step up the ladder, however long the hub was away.

    Whom it would be of no use to remind, since all of them said that they cannot, is passed over. A closed one stays.
    """
    if standing.phase is Phase.CLOSED:
        return standing
    level = standing.level + 1
    if standing.phase is Phase.STUCK and LADDERS[standing.kind][0] is Whom.ASKED:
        level = max(level, 2)
    deadline_ms = now_ms + again_ms(standing.kind, standing.matter, standing.grade)
    return msgspec.structs.replace(standing, level=level, deadline_ms=deadline_ms)


def closed(standing: Standing) -> Standing:
    """Nothing is waited for any more."""
    return msgspec.structs.replace(standing, phase=Phase.CLOSED, deadline_ms=None, level=0)


def overdue(standing: Standing, tally: Tally, now_ms: int) -> int:
    """How many of these lines of the ask, all or those of one grid, are behind their time."""
    if standing.phase is Phase.CLOSED:
        return 0
    late = 0
    if now_ms >= standing.answer_by_ms and (standing.kind is not AskKind.REPORT or standing.phase is Phase.WAITING):
        late += tally.waiting
    if standing.finish_by_ms is not None and now_ms >= standing.finish_by_ms:
        late += tally.taken + tally.arrived
    return late


def _phase(kind: AskKind, tally: Tally) -> Phase:
    under_way = tally.taken + tally.arrived
    if kind is AskKind.REPORT:
        if tally.done:
            return Phase.CLOSED
        if under_way:
            return Phase.UNDER_WAY
        return Phase.WAITING if tally.waiting else Phase.STUCK
    if tally.waiting:
        return Phase.WAITING
    if under_way:
        return Phase.UNDER_WAY
    return Phase.STUCK if tally.cannot else Phase.CLOSED
