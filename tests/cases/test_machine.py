"""No path through the case machine leaves a case without an owner and a deadline."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.access.people import Person, Role
from hub.cases.limits import LEAST_MS, MOST_MS, OPEN_STAGES, CaseKind, Grade, Stage, again_ms, limit_ms
from hub.cases.machine import (
    ALLOWED,
    OWNING,
    TRANSITIONS,
    CaseAction,
    Owner,
    Standing,
    actions_of,
    begun,
    escalated,
    moved,
    regraded,
)
from hub.errors import Refusal

PEOPLE = [Person(person_id=f"{role}-{number}", name="", role=role) for role in Role for number in (1, 2)]
OFFICER, CHIEF, DISPATCHER, MEMBER = (
    next(person for person in PEOPLE if person.role is role)
    for role in (Role.OFFICER, Role.CHIEF, Role.DISPATCHER, Role.GRID_MEMBER)
)
people = st.sampled_from(PEOPLE)
kinds, grades = st.sampled_from(CaseKind), st.sampled_from(Grade)
owners = st.builds(
    lambda person, is_named: Owner(role=person.role, person_id=person.person_id if is_named else None),
    people,
    st.booleans(),
)
spans_ms = st.integers(0, 30 * 24 * 3_600_000)


class CaseMachine(RuleBasedStateMachine):
    """Anybody does anything at any time, and the clock goes on."""

    @initialize(kind=kinds, grade=grades, by=people, now_ms=st.integers(0, 2**42))
    def begin(self, kind: CaseKind, grade: Grade, by: Person, now_ms: int) -> None:
        self.now_ms = now_ms
        self.standing = begun(kind, grade, by, now_ms)

    @rule(action=st.sampled_from(CaseAction), by=people, to=st.none() | owners)
    def act(self, action: CaseAction, by: Person, to: Owner | None) -> None:
        before, can = self.standing, action in actions_of(self.standing, by)
        try:
            self.standing = moved(before, action, by, self.now_ms, to)
        except Refusal as refusal:
            assert refusal.message and refusal.message_en
            assert self.standing is before
            assert not can or (refusal.code == "nobody_named" and (to is None or to.role not in OWNING))
        else:
            assert can and by.role in ALLOWED[action]
            assert self.standing.stage is TRANSITIONS[before.stage, action]

    @rule(kind=kinds, grade=grades)
    def regrade(self, kind: CaseKind, grade: Grade) -> None:
        self.standing = regraded(self.standing, kind, grade, self.now_ms)

    @rule(span_ms=spans_ms)
    def wait(self, span_ms: int) -> None:
        self.now_ms += span_ms
        before = self.standing
        if before.deadline_ms is not None and before.deadline_ms <= self.now_ms:
            self.standing = escalated(before, self.now_ms)
            assert self.standing.overdue == before.overdue + 1, "overdue is seen, once"
            assert self.standing.owner is not None and self.standing.owner.role in ALLOWED[CaseAction.TAKE]

    @invariant()
    def an_open_case_has_an_owner_and_a_deadline(self) -> None:
        standing = self.standing
        if standing.stage is Stage.CLOSED:
            assert standing.owner is None and standing.deadline_ms is None
        else:
            assert standing.owner is not None and standing.owner.role in OWNING
            assert standing.deadline_ms is not None
            assert self.now_ms < standing.deadline_ms <= self.now_ms + MOST_MS, "after each look at the clock"

    @precondition(lambda self: self.standing.stage is not Stage.CLOSED)
    @rule(by=st.sampled_from([OFFICER, CHIEF, DISPATCHER]))
    def the_police_room_can_close_it_at_once(self, by: Person) -> None:
        assert moved(self.standing, CaseAction.CLOSE, by, self.now_ms).stage is Stage.CLOSED


TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_the_long_way_is_collect_verify_dispatch_handle_feed_back_close() -> None:
    case = begun(CaseKind.HAZARD, Grade.USUAL, MEMBER, 0)
    stages, steps = [case.stage], itertools.count(1)
    for action, by, to in (
        (CaseAction.RECEIVE, DISPATCHER, None),
        (CaseAction.CONFIRM, OFFICER, None),
        (CaseAction.DISPATCH, DISPATCHER, Owner(role=Role.GRID_MEMBER, person_id=MEMBER.person_id)),
        (CaseAction.HANDLED, MEMBER, None),
        (CaseAction.CLOSE, OFFICER, None),
    ):
        case = moved(case, action, by, next(steps), to)
        stages.append(case.stage)
    assert stages == list(Stage)


def test_what_the_police_room_opens_is_the_openers_and_is_handled() -> None:
    case = begun(CaseKind.MISSING_PERSON, Grade.GRAVEST, OFFICER, 1000)
    assert (case.stage, case.owner) == (Stage.HANDLE, Owner(role=Role.OFFICER, person_id=OFFICER.person_id))
    assert case.deadline_ms == 1000 + limit_ms(CaseKind.MISSING_PERSON, Grade.GRAVEST, Stage.HANDLE)


def test_overdue_goes_up_to_the_chief_and_stays_with_him() -> None:
    case, owners_of = begun(CaseKind.HELP, Grade.USUAL, MEMBER, 0), []
    for _ in range(4):
        assert case.deadline_ms is not None and case.owner is not None
        owners_of.append(case.owner.role)
        now_ms, case = case.deadline_ms, escalated(case, case.deadline_ms)
        assert case.deadline_ms == now_ms + again_ms(CaseKind.HELP, Grade.USUAL, Stage.COLLECT)
    assert owners_of == [Role.DISPATCHER, Role.OFFICER, Role.CHIEF, Role.CHIEF]
    assert moved(case, CaseAction.RECEIVE, OFFICER, now_ms).overdue == 0, "a new stage, a new time"
    closed = moved(case, CaseAction.CLOSE, OFFICER, now_ms)
    assert escalated(closed, now_ms) is closed


def test_a_hub_that_was_away_for_days_sends_it_up_once() -> None:
    case = begun(CaseKind.MISSING_PERSON, Grade.USUAL, MEMBER, 0)
    assert escalated(case, 3 * 24 * 3_600_000).overdue == 1


def test_who_may_not_is_told_so() -> None:
    handled = begun(CaseKind.HAZARD, Grade.USUAL, OFFICER, 0)
    for by, code in ((MEMBER, "not_yours"), (Person(person_id="a", name="", role=Role.ADMINISTRATOR), "not_allowed")):
        with pytest.raises(Refusal) as refused:
            moved(handled, CaseAction.HANDLED, by, 1)
        assert (refused.value.code, refused.value.status) == (code, 403)
    with pytest.raises(Refusal) as refused:
        moved(handled, CaseAction.CONFIRM, OFFICER, 1)
    assert "处置" in refused.value.message and "核实属实" in refused.value.message


@given(kinds, grades, st.sampled_from(OPEN_STAGES))
def test_limits_are_bounded_and_shorter_where_it_is_graver(kind: CaseKind, grade: Grade, stage: Stage) -> None:
    assert LEAST_MS <= again_ms(kind, grade, stage) <= limit_ms(kind, grade, stage) <= MOST_MS
    if grade is not Grade.GRAVEST:
        assert limit_ms(kind, Grade(grade - 1), stage) <= limit_ms(kind, grade, stage)


def test_an_open_case_cannot_be_without_an_owner_or_a_deadline() -> None:
    case = begun(CaseKind.OTHER, Grade.USUAL, OFFICER, 0)
    for change in ({"owner": None}, {"deadline_ms": None}, {"stage": Stage.CLOSED}):
        with pytest.raises(ValueError, match="owner"):
            msgspec.structs.replace(case, **change)
    assert isinstance(case, Standing)
