"""An SOS as a state machine: what a press, a wish to cancel and the police room's word make of it. Pure."""

from __future__ import annotations

from enum import StrEnum

from devices.protocol.sos import SosState


class SosEvent(StrEnum):
    """What can happen to it."""

    STORED = "stored"
    PRESSED = "pressed"
    """The key again, by the guard whose SOS is not closed."""
    CANCEL_ASKED = "cancel_asked"
    CLOSED = "closed"
    """Somebody of the police room found out what it was."""


TABLE: dict[tuple[SosState, SosEvent], SosState] = {
    (SosState.RAISED, SosEvent.STORED): SosState.OPEN,
    (SosState.OPEN, SosEvent.CANCEL_ASKED): SosState.CANCEL_ASKED,
    (SosState.OPEN, SosEvent.CLOSED): SosState.CLOSED,
    (SosState.CANCEL_ASKED, SosEvent.PRESSED): SosState.OPEN,
    (SosState.CANCEL_ASKED, SosEvent.CLOSED): SosState.CLOSED,
}
"""What is not here changes nothing; no guard's word closes one."""


def next_state(state: SosState, event: SosEvent) -> SosState:
    """The state after ``event``."""
    return TABLE.get((state, event), state)
