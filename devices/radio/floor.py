"""Push-to-talk as a state machine: when a radio may speak."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ANSWER_WITHIN_S = 2.0
"""Without the hub's answer for so long the press has failed."""
WAIT_AT_MOST_S = 35.0
"""Without a word for so long while waiting there is no hub: it lets nobody wait for more than 30 s."""


class FloorState(StrEnum):
    """Where a radio stands with the floor."""

    SILENT = "silent"
    ASKING = "asking"
    QUEUED = "queued"
    TALKING = "talking"
    WARNED = "warned"
    """Talking, and the talk limit is near."""


class FloorEvent(StrEnum):
    """What can happen to it."""

    PRESS = "press"
    GRANTED = "granted"
    QUEUED = "queued"
    DENIED = "denied"
    UNANSWERED = "unanswered"
    WARNED = "warned"
    REVOKED = "revoked"
    RELEASE = "release"
    LINE_LOST = "line_lost"


_TABLE: dict[tuple[FloorState, FloorEvent], FloorState] = {
    (FloorState.SILENT, FloorEvent.PRESS): FloorState.ASKING,
    (FloorState.ASKING, FloorEvent.GRANTED): FloorState.TALKING,
    (FloorState.ASKING, FloorEvent.QUEUED): FloorState.QUEUED,
    (FloorState.ASKING, FloorEvent.DENIED): FloorState.SILENT,
    (FloorState.ASKING, FloorEvent.UNANSWERED): FloorState.SILENT,
    (FloorState.ASKING, FloorEvent.RELEASE): FloorState.SILENT,
    (FloorState.ASKING, FloorEvent.LINE_LOST): FloorState.SILENT,
    (FloorState.QUEUED, FloorEvent.GRANTED): FloorState.TALKING,
    (FloorState.QUEUED, FloorEvent.QUEUED): FloorState.QUEUED,
    (FloorState.QUEUED, FloorEvent.DENIED): FloorState.SILENT,
    (FloorState.QUEUED, FloorEvent.UNANSWERED): FloorState.SILENT,
    (FloorState.QUEUED, FloorEvent.RELEASE): FloorState.SILENT,
    (FloorState.QUEUED, FloorEvent.LINE_LOST): FloorState.SILENT,
    (FloorState.TALKING, FloorEvent.WARNED): FloorState.WARNED,
    (FloorState.TALKING, FloorEvent.RELEASE): FloorState.SILENT,
    (FloorState.TALKING, FloorEvent.REVOKED): FloorState.SILENT,
    (FloorState.TALKING, FloorEvent.LINE_LOST): FloorState.SILENT,
    (FloorState.WARNED, FloorEvent.RELEASE): FloorState.SILENT,
    (FloorState.WARNED, FloorEvent.REVOKED): FloorState.SILENT,
    (FloorState.WARNED, FloorEvent.LINE_LOST): FloorState.SILENT,
}


class FloorError(Exception):
    """An event that the state does not allow; quotes both."""


@dataclass(frozen=True)
class Grant:
    """What the hub gave: put these into the packets."""

    group_id: str
    call_id: int
    burst_id: int
    talk_limit_s: float


class Floor:
    """The radio's side of floor control. Pure."""

    def __init__(self) -> None:
        self.state = FloorState.SILENT
        self.request_id: str | None = None
        self.grant: Grant | None = None

    def press(self, request_id: str) -> None:
        """The key is down. Raises FloorError when it was down already."""
        self._go(FloorEvent.PRESS)
        self.request_id = request_id

    def granted(self, request_id: str, grant: Grant) -> bool:
        """The hub gave the floor; false when nobody waits for it any more: it must be given back."""
        if not self._answer(request_id, FloorEvent.GRANTED):
            return False
        self.grant = grant
        return True

    def queued(self, request_id: str) -> bool:
        """The hub lets the press wait, or tells its place anew; false when nobody waits: it must be cancelled."""
        return self._answer(request_id, FloorEvent.QUEUED)

    def denied(self, request_id: str) -> bool:
        """The hub refused; false when nobody waits for that answer."""
        return self._answer(request_id, FloorEvent.DENIED)

    def unanswered(self, request_id: str) -> bool:
        """The hub said nothing for too long; false when nobody waits for it."""
        return self._answer(request_id, FloorEvent.UNANSWERED)

    def warned(self, burst_id: int) -> bool:
        """The talk limit is near; false when that burst is not being spoken, or was warned already."""
        if self.state is not FloorState.TALKING or self.grant is None or self.grant.burst_id != burst_id:
            return False
        self._go(FloorEvent.WARNED)
        return True

    def revoked(self, burst_id: int) -> bool:
        """The hub took the floor back; false when that burst is not being spoken."""
        if self.grant is None or self.grant.burst_id != burst_id:
            return False
        self._go(FloorEvent.REVOKED)
        return True

    def release(self) -> None:
        """The key is up. Raises FloorError when it was up already."""
        self._go(FloorEvent.RELEASE)

    def line_lost(self) -> bool:
        """The connection ended; true when that ended a press."""
        if self.state is FloorState.SILENT:
            return False
        self._go(FloorEvent.LINE_LOST)
        return True

    def _answer(self, request_id: str, event: FloorEvent) -> bool:
        if self.state not in (FloorState.ASKING, FloorState.QUEUED) or request_id != self.request_id:
            return False
        self._go(event)
        return True

    def _go(self, event: FloorEvent) -> None:
        target = _TABLE.get((self.state, event))
        if target is None:
            raise FloorError(f"{event.value} while {self.state.value}")
        self.state = target
        if target is FloorState.SILENT:
            self.request_id = None
            self.grant = None
