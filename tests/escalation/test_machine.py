"""Escalation against a plain model: whatever happens in whatever order, each step once, in its order, in its time."""

from __future__ import annotations

import math

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from devices.protocol.messages import Severity
from hub.escalation.machine import MOST_ASKED, DueAsking, DueStep, Escalation, Line, LineEvent, LineState
from hub.escalation.policy import DEFAULT, Action, Rules, Step

RULES = Rules(
    name="三步",
    severities=(Severity.SEVERE,),
    steps=(
        Step(after_s=10, action=Action.REPEAT_LOUDER),
        Step(after_s=20, action=Action.NEAREST_VENUE),
        Step(after_s=40, action=Action.OFFICER),
    ),
    ask_again_s=30,
)
RADIOS = ("R1", "R2", "R3")
WHICH = st.sampled_from(RADIOS)


def _carry_out(escalation: Escalation, now_s: float) -> list[DueStep | DueAsking]:
    """Everything that is due, as the room does it: until nothing is."""
    done: list[DueStep | DueAsking] = []
    while due := escalation.due(now_s):
        for thing in due:
            escalation.done(thing)
        done += due
    return done


def test_silent_venue_is_repeated_sent_to_and_told_of_at_their_seconds() -> None:
    escalation = Escalation(RULES, {"R1": Line()})
    assert _carry_out(escalation, 9.9) == []
    assert _carry_out(escalation, 10) == [DueStep("R1", 0)]
    assert _carry_out(escalation, 19.9) == []
    assert _carry_out(escalation, 39) == [DueStep("R1", 1)]
    assert _carry_out(escalation, 40) == [DueStep("R1", 2)]
    assert _carry_out(escalation, math.inf) == []


def test_31_minutes_pass_at_once_and_each_step_is_done_in_its_order() -> None:
    escalation = Escalation(DEFAULT, {"R2": Line(), "R1": Line()})
    done = _carry_out(escalation, 31 * 60)
    assert [one for one in done if one.radio_id == "R1"] == [DueStep("R1", n) for n in range(len(DEFAULT.steps))]
    assert [one.number for one in done] == sorted(one.number for one in done)


def test_one_venues_acknowledgement_silences_no_other() -> None:
    escalation = Escalation(RULES, {"R1": Line(), "R2": Line()})
    escalation.tell("R1", LineEvent.ACKNOWLEDGEMENT, 5)
    assert _carry_out(escalation, 10) == [DueStep("R2", 0)]


def test_who_acknowledged_and_forgot_is_asked_three_times_and_then_no_more() -> None:
    escalation = Escalation(RULES, {"R1": Line()})
    escalation.tell("R1", LineEvent.ACKNOWLEDGEMENT, 5)
    assert [_carry_out(escalation, now_s) for now_s in (34, 35, 65, 95, 1000)] == [
        [],
        [DueAsking("R1", 0)],
        [DueAsking("R1", 1)],
        [DueAsking("R1", 2)],
        [],
    ]


def test_who_reports_is_asked_no_more() -> None:
    escalation = Escalation(RULES, {"R1": Line()})
    escalation.tell("R1", LineEvent.ACKNOWLEDGEMENT, 5)
    escalation.tell("R1", LineEvent.REPORT, 6)
    assert _carry_out(escalation, math.inf) == []


def test_hub_that_was_away_does_what_it_missed_and_repeats_nothing() -> None:
    kept = {"R1": Line(steps_done=1), "R2": Line(LineState.ACKNOWLEDGED, 1, 1, acknowledged_s=12.0)}
    assert _carry_out(Escalation(RULES, kept), 50) == [DueStep("R1", 1), DueStep("R1", 2)]


def test_person_stops_it_for_one_venue_or_for_all() -> None:
    escalation = Escalation(RULES, {name: Line() for name in RADIOS})
    assert escalation.open_lines(["R2", "R9"]) == ["R2"]
    escalation.stop(["R2"], 3)
    assert {one.radio_id for one in _carry_out(escalation, 10)} == {"R1", "R3"}
    assert escalation.open_lines(RADIOS) == ["R1", "R3"]
    escalation.stop(["R1", "R3"], 11)
    assert _carry_out(escalation, math.inf) == []


class AnyOrder(RuleBasedStateMachine):
    """Keys, reports, stops, restarts and waits in any order, against what a person would write down on paper."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.lines = {name: Line() for name in RADIOS}
        self.escalation = Escalation(RULES, self.lines)
        self.done: dict[str, list[tuple[DueStep | DueAsking, float]]] = {name: [] for name in RADIOS}
        self.acknowledged_s: dict[str, float] = {}
        self.ended_s: dict[str, float] = {}

    @rule(seconds=st.floats(0, 60))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        for thing in _carry_out(self.escalation, self.now_s):
            self.done[thing.radio_id].append((thing, self.now_s))
        passed = sum(step.after_s <= self.now_s for step in RULES.steps)
        for radio_id in set(RADIOS) - set(self.acknowledged_s) - set(self.ended_s):
            assert len(self.done[radio_id]) == passed, "a silent radio's step was left out"

    @rule(radio_id=WHICH)
    def acknowledge(self, radio_id: str) -> None:
        changed = self.escalation.tell(radio_id, LineEvent.ACKNOWLEDGEMENT, self.now_s)
        assert changed is (radio_id not in self.acknowledged_s and radio_id not in self.ended_s)
        if changed:
            self.acknowledged_s[radio_id] = self.now_s

    @rule(radio_id=WHICH, event=st.sampled_from([LineEvent.REPORT, LineEvent.STOP]))
    def end(self, radio_id: str, event: LineEvent) -> None:
        assert self.escalation.tell(radio_id, event, self.now_s) is (radio_id not in self.ended_s)
        self.ended_s.setdefault(radio_id, self.now_s)

    @precondition(lambda self: self.now_s > 0)
    @rule()
    def restart_from_what_is_on_disk(self) -> None:
        self.lines = {
            name: Line(line.state, line.steps_done, line.asked, line.acknowledged_s)
            for name, line in self.lines.items()
        }
        self.escalation = Escalation(RULES, self.lines)

    @invariant()
    def each_step_is_done_once_in_order_and_never_early(self) -> None:
        for radio_id, done in self.done.items():
            steps = [(thing.number, at_s) for thing, at_s in done if isinstance(thing, DueStep)]
            askings = [(thing.number, at_s) for thing, at_s in done if isinstance(thing, DueAsking)]
            silent_until_s = min(self.acknowledged_s.get(radio_id, self.now_s), self.ended_s.get(radio_id, self.now_s))
            assert [number for number, _ in steps] == list(range(len(steps)))
            assert all(RULES.steps[number].after_s <= at_s <= silent_until_s for number, at_s in steps)
            assert [number for number, _ in askings] == list(range(len(askings)))
            begun_s = self.acknowledged_s.get(radio_id, 0.0)
            ended_s = self.ended_s.get(radio_id, self.now_s)
            assert all(begun_s + (number + 1) * RULES.ask_again_s <= at_s <= ended_s for number, at_s in askings)
            assert len(askings) <= MOST_ASKED


AnyOrder.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestAnyOrder = AnyOrder.TestCase
