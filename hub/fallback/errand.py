"""One errand: a venue is to be reached about an alert. Its states, pure; who is next, and when, is in ``queue.py``."""

from __future__ import annotations

from enum import StrEnum

MOST_TRIES = 3


class ErrandState(StrEnum):
    WAITING = "waiting"
    UNDER_WAY = "under_way"
    ACKNOWLEDGED = "acknowledged"
    GIVEN_UP = "given_up"
    """Nobody pressed the key in MOST_TRIES."""
    OVER = "over"
    """Nobody need be reached any more."""


class ErrandEvent(StrEnum):
    BEGUN = "begun"
    KEY = "key"
    MISSED = "missed"
    """A try is over without the key, and another is left."""
    MISSED_LAST = "missed_last"
    ENDED = "ended"
    """The alert is over, or everybody there has answered or is left in peace."""


TRANSITIONS: dict[tuple[ErrandState, ErrandEvent], ErrandState] = {
    (ErrandState.WAITING, ErrandEvent.BEGUN): ErrandState.UNDER_WAY,
    (ErrandState.WAITING, ErrandEvent.ENDED): ErrandState.OVER,
    (ErrandState.UNDER_WAY, ErrandEvent.KEY): ErrandState.ACKNOWLEDGED,
    (ErrandState.UNDER_WAY, ErrandEvent.MISSED): ErrandState.WAITING,
    (ErrandState.UNDER_WAY, ErrandEvent.MISSED_LAST): ErrandState.GIVEN_UP,
    (ErrandState.UNDER_WAY, ErrandEvent.ENDED): ErrandState.OVER,
    (ErrandState.OVER, ErrandEvent.KEY): ErrandState.ACKNOWLEDGED,
}
"""What is not listed changes nothing. A key that was pressed counts, though it came as the errand was called off."""

FINISHED = frozenset({ErrandState.ACKNOWLEDGED, ErrandState.GIVEN_UP, ErrandState.OVER})


def next_state(state: ErrandState, event: ErrandEvent) -> ErrandState:
    """The state after ``event``."""
    return TRANSITIONS.get((state, event), state)


def missed(tries: int) -> ErrandEvent:
    """What the end of the ``tries``-th try without the key is."""
    return ErrandEvent.MISSED if tries < MOST_TRIES else ErrandEvent.MISSED_LAST
