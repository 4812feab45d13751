"""How far an alert came at a radio: each state with each event, and when to try again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.alerts.delivery import DeliveryEvent, DeliveryState, again_after_s, next_state

Q, S, D, P, A, R, E = DeliveryState
TABLE = {
    #   taken receipt play acknowledgement report expiry
    Q: (S, D, P, A, R, E),
    S: (S, D, P, A, R, E),
    D: (D, D, P, A, R, D),
    P: (P, P, P, A, R, P),
    A: (A, A, A, A, R, A),
    R: (R, R, R, R, R, R),
    E: (E, D, P, A, R, E),
}


@pytest.mark.parametrize("state", DeliveryState)
@pytest.mark.parametrize("event", DeliveryEvent)
def test_each_state_with_each_event(state: DeliveryState, event: DeliveryEvent) -> None:
    assert next_state(state, event) is TABLE[state][list(DeliveryEvent).index(event)]


@given(st.lists(st.sampled_from(list(DeliveryEvent))))
def test_what_the_radio_said_is_never_taken_back(events: list[DeliveryEvent]) -> None:
    said = {DeliveryEvent.RECEIPT: D, DeliveryEvent.PLAY: P, DeliveryEvent.ACKNOWLEDGEMENT: A, DeliveryEvent.REPORT: R}
    state = Q
    for event in events:
        state = next_state(state, event)
    furthest = max((list(DeliveryState).index(said[event]) for event in events if event in said), default=None)
    if furthest is not None:
        assert state is list(DeliveryState)[furthest]
    elif DeliveryEvent.EXPIRY in events:
        assert state is E


def test_waits_between_attempts_grow_to_half_a_minute() -> None:
    assert [again_after_s(attempts) for attempts in (0, 1, 2, 3, 4, 5, 500)] == [3, 3, 6, 12, 30, 30, 30]
