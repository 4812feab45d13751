"""What the fallback room tells: each try, and how its door stands. No number is in any of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in the fallback's interface."""


class Outcome(StrEnum):
    """What came of a try."""

    ACKNOWLEDGED = "acknowledged"
    """Somebody picked up and pressed the key 1."""
    NO_KEY = "no_key"
    """Somebody, or a machine, picked up; the key was not pressed."""
    NO_ANSWER = "no_answer"
    """Nobody picked up, or the other side refused."""
    FAILED = "failed"
    """The call could not be made: the door is down, or the number leads nowhere."""
    WRITTEN = "written"
    """The file door wrote what would have been done: nobody was told."""
    BROKEN_OFF = "broken_off"
    """The hub ended in the middle of it."""
    NOT_NEEDED = "not_needed"
    """Somebody answered elsewhere meanwhile, or the alert is over."""


class Tried(Part, frozen=True, kw_only=True):
    """Body of ``fallback.tried``: a try begins (``outcome`` None), or is over."""

    alert_id: str
    venue_id: str
    number: int
    """Of the tries about this venue, from 1."""
    texted: bool
    """Whether the other side took the text; what becomes of it there is not known."""
    outcome: Outcome | None
    at_ms: int


class DoorKind(StrEnum):
    NONE = "none"
    SIP = "sip"
    FILE = "file"


class DoorState(StrEnum):
    OFF = "off"
    """The settings name no door."""
    STARTING = "starting"
    UP = "up"
    DOWN = "down"


class DoorStanding(Part, frozen=True, kw_only=True):
    """Body of ``fallback.door``, and how it stands in the picture."""

    door: DoorKind
    state: DoorState
    reason: str | None
    """Why it is down, in English, as the door's program says it; no secret and no number."""
