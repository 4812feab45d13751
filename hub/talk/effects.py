"""What goes into a floor and what comes out: a press, a burst, and records of what somebody is to be told.

The floor sends nothing itself; whoever holds it tells what these say, in their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from devices.protocol.messages import CallKind, DenyReason, RevokeReason


class Priority(IntEnum):
    """Who may take the floor from whom: the greater from the lesser."""

    GUARD = 0
    OFFICER = 1
    DISPATCHER = 2
    EMERGENCY = 3


@dataclass(frozen=True, slots=True)
class Press:
    """One press of push-to-talk: ``request_id`` is its talker's own name for it."""

    talker_id: str
    request_id: str
    priority: Priority
    call: CallKind = CallKind.GROUP


@dataclass(frozen=True, slots=True)
class Burst:
    """One press of push-to-talk that was granted."""

    call_id: int
    burst_id: int
    talker_id: str
    started_us: int
    priority: Priority = Priority.GUARD
    call: CallKind = CallKind.GROUP


@dataclass(frozen=True, slots=True)
class Granted:
    """To who pressed: speak. Said again when the talker asks again."""

    press: Press
    burst: Burst


@dataclass(frozen=True, slots=True)
class Queued:
    """To who pressed: wait; ``position`` from 1, ``of`` so many."""

    press: Press
    position: int
    of: int


@dataclass(frozen=True, slots=True)
class Denied:
    """To who pressed: no, or no longer; ``retry_in_s`` where it is known from when on asking is of use."""

    press: Press
    reason: DenyReason
    retry_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """To the talker: the talk limit is near."""

    burst: Burst
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Revoked:
    """To the talker: stop."""

    burst: Burst
    reason: RevokeReason


@dataclass(frozen=True, slots=True)
class Taken:
    """To everybody: somebody speaks from now on."""

    burst: Burst


@dataclass(frozen=True, slots=True)
class Ended:
    """To everybody: this burst is over, for whatever reason."""

    burst: Burst


@dataclass(frozen=True, slots=True)
class KeyStuck:
    """To the police room: this talker's voice goes on though its burst was revoked."""

    talker_id: str
    burst_id: int


Effect = Granted | Queued | Denied | Warned | Revoked | Taken | Ended | KeyStuck
Effects = tuple[Effect, ...]
