"""An SOS as a state machine: any course of it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.sos import SosState
from hub.talk.sos import TABLE, SosEvent, next_state


@given(st.lists(st.sampled_from(SosEvent), max_size=20))
def test_any_course_ends_only_by_the_police_rooms_word_and_for_good(events: list[SosEvent]) -> None:
    states = [SosState.RAISED]
    for event in events:
        states.append(next_state(states[-1], event))
    for event, (before, after) in zip(events, pairwise(states), strict=True):
        if after is SosState.CLOSED and before is not SosState.CLOSED:
            assert event is SosEvent.CLOSED
        if before is SosState.CLOSED:
            assert after is SosState.CLOSED
        if before is SosState.RAISED:
            assert after in (SosState.RAISED, SosState.OPEN), "what is not stored goes nowhere else"
        if event is SosEvent.PRESSED and before is SosState.CANCEL_ASKED:
            assert after is SosState.OPEN, "who presses again needs help after all"


def test_every_state_can_be_left_but_the_last() -> None:
    assert {state for state, _ in TABLE} == set(SosState) - {SosState.CLOSED}
