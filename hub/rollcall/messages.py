"""What the roll-call says over the interface."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in the roll-call's interface."""


class Readiness(StrEnum):
    """What a roll-call found at one radio."""

    READY = "ready"
    """A person pressed the key."""
    UNANSWERED = "unanswered"
    """The radio has it, nobody pressed."""
    UNDELIVERED = "undelivered"
    """The radio is on line and did not say that it has it."""
    OFF_LINE = "off_line"
    CLOSED = "closed"
    """Nobody is to be expected there now: neither ready nor unready."""


class Caution(StrEnum):
    """What somebody should look after, whether the radio is ready or not."""

    LOW_BATTERY = "low_battery"
    WEAK_SIGNAL = "weak_signal"
    CLOCK_OFF = "clock_off"
    OFF_SHIFT = "off_shift"
    """Whoever signed on has shifts, and none now."""


class RadioReadiness(Part, frozen=True, kw_only=True):
    """One radio's line in the list, with the names and the state of that moment."""

    radio_id: str
    radio_name: str
    venue_id: str
    venue_name: str
    state: Readiness
    delivered_s: float | None
    """From the roll-call's begin until the radio's receipt."""
    answered_s: float | None
    battery: float | None
    signal: float | None
    holder: str | None
    clock_behind_s: float | None
    warnings: tuple[Caution, ...]
    missed: int
    """Roll-calls in a row in which it was not ready, this one included, those at which it was closed left out."""


class Counts(Part, frozen=True, kw_only=True):
    """How many radios are in each state; ``expected`` are all but the closed ones."""

    expected: int
    ready: int
    unanswered: int
    undelivered: int
    off_line: int
    closed: int


class RollCallSummary(Part, frozen=True, kw_only=True):
    """One roll-call without its list. While it is under way, its counts are those of the moment."""

    roll_call_id: str
    alert_id: str
    scheduled: bool
    """By itself, at its time of the day."""
    begun_by: str
    begun_at_ms: int
    lasts_s: float
    ended_at_ms: int | None
    counts: Counts


class RollCall(RollCallSummary, frozen=True, kw_only=True):
    """One roll-call; also the body of ``roll_call.ended``."""

    radios: tuple[RadioReadiness, ...]


class RollCallBegun(Part, frozen=True, kw_only=True):
    """Body of ``roll_call.begun``."""

    roll_call_id: str
    alert_id: str
    scheduled: bool
    begun_by: str
    begun_at_ms: int
    lasts_s: float


class RollCallMade(Part, frozen=True, kw_only=True):
    """Detail of the audit record on one that was begun by hand."""

    roll_call_id: str
    alert_id: str
    radios: int
