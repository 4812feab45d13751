"""How far one alert came at one radio, as a state machine with its table, and when to try again. Pure."""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    PLAYED = "played"
    ACKNOWLEDGED = "acknowledged"
    REPORTED = "reported"
    EXPIRED = "expired"


class DeliveryEvent(StrEnum):
    TAKEN = "taken"
    """The broker has it."""
    RECEIPT = "receipt"
    """The radio has it on its own disk."""
    PLAY = "play"
    """Its tone has sounded there, or its screen has shown it."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """The guard pressed the key."""
    REPORT = "report"
    """The guard answered."""
    EXPIRY = "expiry"
    """Its time ran out."""


_Q, _S, _D, _P, _A, _R, _E = DeliveryState
TRANSITIONS: dict[tuple[DeliveryState, DeliveryEvent], DeliveryState] = {
    (_Q, DeliveryEvent.TAKEN): _S,
    (_Q, DeliveryEvent.RECEIPT): _D,
    (_Q, DeliveryEvent.PLAY): _P,
    (_Q, DeliveryEvent.ACKNOWLEDGEMENT): _A,
    (_Q, DeliveryEvent.REPORT): _R,
    (_Q, DeliveryEvent.EXPIRY): _E,
    (_S, DeliveryEvent.RECEIPT): _D,
    (_S, DeliveryEvent.PLAY): _P,
    (_S, DeliveryEvent.ACKNOWLEDGEMENT): _A,
    (_S, DeliveryEvent.REPORT): _R,
    (_S, DeliveryEvent.EXPIRY): _E,
    (_D, DeliveryEvent.PLAY): _P,
    (_D, DeliveryEvent.ACKNOWLEDGEMENT): _A,
    (_D, DeliveryEvent.REPORT): _R,
    (_P, DeliveryEvent.ACKNOWLEDGEMENT): _A,
    (_P, DeliveryEvent.REPORT): _R,
    (_A, DeliveryEvent.REPORT): _R,
    # a word from the radio always counts, however late it comes
    (_E, DeliveryEvent.RECEIPT): _D,
    (_E, DeliveryEvent.PLAY): _P,
    (_E, DeliveryEvent.ACKNOWLEDGEMENT): _A,
    (_E, DeliveryEvent.REPORT): _R,
}
"""What is not listed changes nothing: a repeat, or a word overtaken by a later one."""

UNDELIVERED = frozenset({DeliveryState.QUEUED, DeliveryState.SENT})
AGAIN_AFTER_S = (3.0, 6.0, 12.0, 30.0)
"""Waiting times after the first, second, third and every further attempt at a radio that is on line and says nothing.
The first is short, because a radio answers within milliseconds: silence means that the message was lost."""


def next_state(state: DeliveryState, event: DeliveryEvent) -> DeliveryState:
    """The state after ``event``; the same state where the event is a repeat or comes late."""
    return TRANSITIONS.get((state, event), state)


def again_after_s(attempts: int) -> float:
    """How long to wait after the ``attempts``-th attempt before the next one."""
    return AGAIN_AFTER_S[min(max(attempts, 1), len(AGAIN_AFTER_S)) - 1]
