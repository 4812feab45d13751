"""The right to talk in one talk group: a state machine with its table, pure, the clock passed in.

Words follow 3GPP TS 24.380 (floor request, granted, denied, taken, released, revoked, idle). One talker holds the
floor. A burst is one press of push-to-talk; bursts that follow within the hang time belong to one call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from devices.protocol.messages import DenyReason, RevokeReason

HANG_TIME_S = 10.0
"""How long a call stays open for an answer after a burst."""
SILENT_AFTER_S = 2.0
"""Without a voice packet for so long the floor is taken back: a browser that froze must not keep it."""


class FloorState(StrEnum):
    IDLE = "idle"
    TAKEN = "taken"


class FloorEvent(StrEnum):
    REQUEST = "request"
    RELEASE = "release"
    LIMIT = "limit"
    SILENCE = "silence"
    LEAVE = "leave"


_TABLE: dict[tuple[FloorState, FloorEvent], FloorState] = {
    (FloorState.IDLE, FloorEvent.REQUEST): FloorState.TAKEN,
    (FloorState.TAKEN, FloorEvent.RELEASE): FloorState.IDLE,
    (FloorState.TAKEN, FloorEvent.LIMIT): FloorState.IDLE,
    (FloorState.TAKEN, FloorEvent.SILENCE): FloorState.IDLE,
    (FloorState.TAKEN, FloorEvent.LEAVE): FloorState.IDLE,
}


class FloorError(RuntimeError):
    """An event that the state does not take; names both."""


@dataclass(frozen=True)
class Burst:
    """One press of push-to-talk that was granted."""

    call_id: int
    burst_id: int
    talker_id: str
    started_us: int


class Floor:
    """The floor of one group. ``new_id`` gives call and burst ids."""

    def __init__(self, talk_limit_s: float, new_id: Callable[[], int]) -> None:
        self._limit_us = round(talk_limit_s * 1e6)
        self._new_id = new_id
        self._state = FloorState.IDLE
        self._burst: Burst | None = None
        self._voice_us = 0
        self._call_id: int | None = None
        self._call_until_us = 0

    @property
    def burst(self) -> Burst | None:
        """The burst under way."""
        return self._burst

    def request(self, talker_id: str, now_us: int) -> Burst | DenyReason:
        """Push-to-talk was pressed. A talker who asks again while speaking is granted the same burst."""
        if self._burst is not None:
            return self._burst if self._burst.talker_id == talker_id else DenyReason.TAKEN
        self._step(FloorEvent.REQUEST)
        if self._call_id is None or now_us > self._call_until_us:
            self._call_id = self._new_id()
        self._burst = Burst(self._call_id, self._new_id(), talker_id, now_us)
        self._voice_us = now_us
        return self._burst

    def voice(self, talker_id: str, burst_id: int, now_us: int) -> bool:
        """Whether a packet of this talker and burst may pass."""
        burst = self._burst
        if burst is None or burst.burst_id != burst_id or burst.talker_id != talker_id:
            return False
        self._voice_us = now_us
        return True

    def release(self, talker_id: str, burst_id: int, now_us: int) -> Burst | None:
        """Push-to-talk was let go; None when that burst is over already."""
        burst = self._burst
        if burst is None or burst.burst_id != burst_id or burst.talker_id != talker_id:
            return None
        return self._end(FloorEvent.RELEASE, now_us)

    def leave(self, talker_id: str, now_us: int) -> Burst | None:
        """The talker went away; None when it was not speaking."""
        if self._burst is None or self._burst.talker_id != talker_id:
            return None
        return self._end(FloorEvent.LEAVE, now_us)

    def expire(self, now_us: int) -> tuple[Burst, RevokeReason] | None:
        """Take the floor back from who speaks too long or says nothing."""
        if self._burst is None:
            return None
        if now_us - self._burst.started_us >= self._limit_us:
            return self._end(FloorEvent.LIMIT, now_us), RevokeReason.TOO_LONG
        if now_us - self._voice_us >= SILENT_AFTER_S * 1e6:
            return self._end(FloorEvent.SILENCE, now_us), RevokeReason.SILENT
        return None

    def _end(self, event: FloorEvent, now_us: int) -> Burst:
        burst = self._burst
        self._step(event)
        assert burst is not None
        self._burst = None
        self._call_until_us = now_us + round(HANG_TIME_S * 1e6)
        return burst

    def _step(self, event: FloorEvent) -> None:
        after = _TABLE.get((self._state, event))
        if after is None:
            raise FloorError(f"the floor is {self._state.value} and does not take {event.value}")
        self._state = after
