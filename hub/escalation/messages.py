"""What the escalation room says and hears over its interface."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from hub.escalation.policy import Action, Policy


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in the escalation's interface."""


class PassedOver(StrEnum):
    """Why a step could not be done; the next one comes all the same."""

    OFF_LINE = "off_line"
    ELSEWHERE = "elsewhere"
    """It was acknowledged on a page or a telephone: the radio knows of no key."""
    NOBODY_NEAR = "nobody_near"
    """No open venue with a radio on line within 10 minutes on foot."""
    NOBODY_ON_SHIFT = "nobody_on_shift"
    BUSY = "busy"
    """Somebody speaks with the radio."""
    IN_DANGER = "in_danger"
    """The radio's SOS is not closed: nothing is said aloud beside who calls for help."""
    NO_SPEECH = "no_speech"
    """Nothing can be spoken here: no engine, or it failed."""
    TOO_MANY = "too_many"
    """As many are called as there may be at once."""
    NO_NUMBER = "no_number"
    NO_DOOR = "no_door"
    """The settings name no fallback door."""


class StepDone(Part, frozen=True, kw_only=True):
    """One step about one radio, done or passed over."""

    radio_id: str
    venue_id: str
    action: Action
    number: int
    """Of the policy's steps, from 0; of askings, how many went before."""
    passed_over: PassedOver | None
    asked_radio_id: str | None
    """Whom ``nearest_venue`` asked, by the alert ``asked_alert_id``."""
    asked_alert_id: str | None
    person_ids: tuple[str, ...]
    """Whom ``grid_members`` told."""
    at_ms: int


class Stepped(Part, frozen=True, kw_only=True):
    """Body of ``escalation.stepped``: what was done about one alert's radios together."""

    alert_id: str
    steps: tuple[StepDone, ...]


class StopReason(StrEnum):
    """Why nothing more is done about a radio."""

    TAKEN_ON = "taken_on"
    """A person's word."""
    CHILD_FOUND = "child_found"
    """Somebody says that the child is with them: the hub itself stops."""


class Stopped(Part, frozen=True, kw_only=True):
    """Body of ``escalation.stopped``: nothing more is to be done about these radios."""

    alert_id: str
    radio_ids: tuple[str, ...]
    by: str
    at_ms: int
    why: StopReason = StopReason.TAKEN_ON


class StopNow(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request to stop; None: for all radios of the alert."""

    radio_ids: (
        Annotated[tuple[Annotated[str, msgspec.Meta(max_length=48)], ...], msgspec.Meta(max_length=2000)] | None
    ) = None


class LineView(Part, frozen=True, kw_only=True):
    """One radio's escalation."""

    radio_id: str
    venue_id: str
    closed: bool
    """Nobody was to be expected there when the alert was issued."""
    stopped_by: str | None
    steps: tuple[StepDone, ...]


class EscalationView(Part, frozen=True, kw_only=True):
    """One alert's; ``policy`` is the one it began with, None where it does not escalate."""

    alert_id: str
    policy: Policy | None
    lines: tuple[LineView, ...]


class RadiosCalled(Part, frozen=True, kw_only=True):
    """Detail of the audit record on calls that the hub makes itself."""

    alert_id: str
    radio_ids: tuple[str, ...]


class PolicySet(Part, frozen=True, kw_only=True):
    """Detail of the audit record on a new policy."""

    version: int
    name: str
