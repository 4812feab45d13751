"""No path through the response machine leaves an open ask without a deadline, or somebody late untold of."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.cases.limits import CaseKind, Grade
from hub.errors import Refusal
from hub.response.limits import MOST_MINUTES, AskKind, again_ms, answer_ms, finish_ms
from hub.response.machine import (
    LADDERS,
    STEPS,
    LineState,
    Phase,
    Standing,
    Step,
    Tally,
    Whom,
    answered,
    begun,
    closed,
    escalated,
    line_after,
    overdue,
)

MINUTE_MS = 60_000
kinds, grades, steps = st.sampled_from(AskKind), st.sampled_from(Grade), st.sampled_from(Step)


class ResponseMachine(RuleBasedStateMachine):
    """Anybody who is asked says anything at any time, others join, and the clock goes on."""

    @initialize(
        kind=kinds,
        matter=st.sampled_from(CaseKind),
        grade=grades,
        asked=st.integers(0, 5),
        minutes=st.none() | st.integers(1, MOST_MINUTES),
        now_ms=st.integers(0, 2**42),
    )
    def begin(
        self, kind: AskKind, matter: CaseKind, grade: Grade, asked: int, minutes: int | None, now_ms: int
    ) -> None:
        self.now_ms = now_ms
        self.lines = [LineState.WAITING] * asked
        self.standing = begun(kind, matter if kind is AskKind.REPORT else None, grade, asked, now_ms, minutes)
        self.look()

    def look(self) -> None:
        """As the room does: told of within the second."""
        before = self.standing
        if before.deadline_ms is not None and before.deadline_ms <= self.now_ms:
            self.standing = escalated(before, self.now_ms)
            assert self.standing.whom in LADDERS[before.kind], "somebody is told"

    @rule(number=st.integers(0, 9), step=steps)
    def answer(self, number: int, step: Step) -> None:
        joins = number >= len(self.lines)
        if self.standing.phase is Phase.CLOSED or (joins and self.standing.kind is not AskKind.REPORT):
            return
        before = LineState.WAITING if joins else self.lines[number]
        try:
            after = line_after(before, step)
        except Refusal as refusal:
            assert refusal.message and refusal.message_en
            assert (before, step) not in STEPS
            return
        self.standing = answered(self.standing, None if joins else before, after, self.now_ms)
        if joins:
            self.lines.append(after)
        else:
            self.lines[number] = after
        self.look()

    @rule(span_ms=st.integers(0, 20 * 24 * 3_600_000))
    def wait(self, span_ms: int) -> None:
        self.now_ms += span_ms
        self.look()

    @rule()
    def close(self) -> None:
        self.standing = closed(self.standing)

    @invariant()
    def the_tally_is_of_the_lines(self) -> None:
        tally = msgspec.structs.asdict(self.standing.tally)
        assert tally == {state.value: self.lines.count(state) for state in LineState}

    @invariant()
    def an_open_ask_is_looked_at_again(self) -> None:
        standing = self.standing
        if standing.phase is Phase.CLOSED:
            assert standing.deadline_ms is None
        else:
            assert standing.deadline_ms is not None
            assert self.now_ms < standing.deadline_ms <= self.now_ms + MOST_MINUTES * MINUTE_MS

    @invariant()
    def whoever_is_late_was_told_of(self) -> None:
        standing = self.standing
        if overdue(standing, standing.tally, self.now_ms) and standing.phase is Phase.WAITING:
            waited = self.now_ms - standing.answer_by_ms
            assert standing.level or waited < again_ms(standing.kind, standing.matter, standing.grade)

    @invariant()
    def what_nobody_carries_goes_up(self) -> None:
        if self.standing.phase is Phase.STUCK:
            assert self.standing.level and self.standing.whom is not Whom.ASKED

    @invariant()
    def it_ends_where_all_of_it_is_done(self) -> None:
        is_report, done = self.standing.kind is AskKind.REPORT, LineState.DONE
        finished = done in self.lines if is_report else bool(self.lines) and set(self.lines) == {done}
        assert not finished or self.standing.phase is Phase.CLOSED


TestResponseMachine = ResponseMachine.TestCase
TestResponseMachine.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def report(asked: int = 2) -> Standing:
    return begun(AskKind.REPORT, CaseKind.HAZARD, Grade.USUAL, asked, 0)


def test_one_officers_answer_suffices_for_a_report() -> None:
    taken = answered(report(), LineState.WAITING, LineState.TAKEN, 1000)
    assert taken.phase is Phase.UNDER_WAY
    assert taken.deadline_ms == 1000 + finish_ms(AskKind.REPORT, CaseKind.HAZARD, Grade.USUAL)
    assert overdue(taken, taken.tally, taken.answer_by_ms + 1) == 0, "the others need not answer any more"
    assert answered(taken, LineState.TAKEN, LineState.DONE, 2000).phase is Phase.CLOSED


def test_officer_who_took_a_report_and_cannot_leaves_it_to_the_others_with_a_time() -> None:
    taken = answered(report(), LineState.WAITING, LineState.TAKEN, 1000)
    left = answered(taken, LineState.TAKEN, LineState.CANNOT, 2000)
    assert (left.phase, left.deadline_ms) == (
        Phase.WAITING,
        2000 + again_ms(AskKind.REPORT, CaseKind.HAZARD, Grade.USUAL),
    )


def test_whistle_waits_for_each() -> None:
    whistle = begun(AskKind.WHISTLE, None, Grade.USUAL, 2, 0)
    one = answered(whistle, LineState.WAITING, LineState.DONE, 10)
    assert (one.phase, one.deadline_ms) == (Phase.WAITING, whistle.deadline_ms), "an answer puts nothing off"
    assert overdue(one, one.tally, one.answer_by_ms) == 1
    assert answered(one, LineState.WAITING, LineState.DONE, 20).phase is Phase.CLOSED


@pytest.mark.parametrize("kind", AskKind)
def test_overdue_goes_up_the_ladder_and_stays_at_its_end(kind: AskKind) -> None:
    ask, told = begun(kind, None, Grade.USUAL, 1, 0), []
    for _ in range(len(LADDERS[kind]) + 1):
        assert ask.deadline_ms is not None
        ask = escalated(ask, ask.deadline_ms)
        told.append(ask.whom)
    assert told == [*LADDERS[kind], LADDERS[kind][-1]]
    assert answered(ask, LineState.WAITING, LineState.TAKEN, 0).whom is None, "whoever answers has a new time"


def test_report_that_nobody_is_there_for_goes_to_the_consoles_at_once() -> None:
    ask = report(asked=0)
    assert (ask.phase, ask.deadline_ms, escalated(ask, 0).whom) == (Phase.STUCK, 0, Whom.ROOM)


def test_who_says_that_they_cannot_is_not_reminded() -> None:
    ask = begun(AskKind.WHISTLE, None, Grade.USUAL, 1, 0)
    stuck = answered(ask, LineState.WAITING, LineState.CANNOT, 5)
    assert (stuck.phase, stuck.deadline_ms, escalated(stuck, 5).whom) == (Phase.STUCK, 5, Whom.OFFICERS)


def test_hub_that_was_away_for_days_sends_it_up_once() -> None:
    assert escalated(report(), 5 * 24 * 3_600_000).level == 1


def test_step_that_leads_nowhere_is_refused_in_words() -> None:
    with pytest.raises(Refusal) as refused:
        line_after(LineState.DONE, Step.TAKE)
    assert "办结" in refused.value.message and "接受" in refused.value.message


@given(kinds, st.sampled_from(CaseKind), grades)
def test_limits_are_shorter_where_it_is_graver(kind: AskKind, matter: CaseKind, grade: Grade) -> None:
    assert MINUTE_MS <= again_ms(kind, matter, grade) <= answer_ms(kind, matter, grade)
    assert answer_ms(kind, matter, grade) <= finish_ms(kind, matter, grade) <= MOST_MINUTES * MINUTE_MS
    if grade is not Grade.GRAVEST:
        assert answer_ms(kind, matter, Grade(grade - 1)) <= answer_ms(kind, matter, grade)


def test_an_open_ask_cannot_be_without_a_deadline() -> None:
    with pytest.raises(ValueError, match="deadline"):
        msgspec.structs.replace(report(), deadline_ms=None)
    with pytest.raises(ValueError, match="no more answers"):
        answered(closed(report()), LineState.WAITING, LineState.TAKEN, 1)
    assert Tally(waiting=1, cannot=2).asked == 3
