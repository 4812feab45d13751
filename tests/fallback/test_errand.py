"""An errand's states: the table, and what no row of it allows."""

from __future__ import annotations

import pytest

from hub.fallback.errand import FINISHED, MOST_TRIES, TRANSITIONS, ErrandEvent, ErrandState, missed, next_state


@pytest.mark.parametrize("state", ErrandState)
@pytest.mark.parametrize("event", ErrandEvent)
def test_what_the_table_does_not_list_changes_nothing(state: ErrandState, event: ErrandEvent) -> None:
    assert next_state(state, event) is TRANSITIONS.get((state, event), state)


def test_key_that_came_as_the_errand_was_called_off_counts() -> None:
    assert next_state(ErrandState.OVER, ErrandEvent.KEY) is ErrandState.ACKNOWLEDGED


def test_errand_is_given_up_after_its_third_try() -> None:
    state = ErrandState.WAITING
    for tries in range(1, MOST_TRIES + 1):
        assert state not in FINISHED
        state = next_state(next_state(state, ErrandEvent.BEGUN), missed(tries))
    assert state is ErrandState.GIVEN_UP
