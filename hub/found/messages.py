"""What the room says and hears over its interface."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from devices.protocol.messages import AlertStatus
from hub.alerts.messages import Via


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in this interface."""


class Verdict(StrEnum):
    """What the police room says of it."""

    THE_CHILD = "the_child"
    NOT_THE_CHILD = "not_the_child"


class Outcome(StrEnum):
    """Why it is closed."""

    CANCELLED = "cancelled"
    """Its alert was."""
    THE_CHILD = "the_child"
    NOT_THE_CHILD = "not_the_child"


class Found(Part, frozen=True, kw_only=True):
    """One venue's word on one alert that the child is there; also the body of ``child.found`` and ``child.closed``.

    ``alert_id`` is the alert that was under way as it was said: of a neighbour who was sent to look the one for which
    he was sent, of one that was updated the one in its place.
    """

    found_id: str
    alert_id: str
    alert_text: str
    status: AlertStatus
    issued_by: str
    """Who opened the alert, and is asked whether to cancel it."""
    venue_id: str
    radio_id: str | None
    """None where it was not said at a radio."""
    via: Via
    by: str | None
    """Who said it elsewhere; at a radio, who signed on to it."""
    name: str | None
    """Their name, or what the radio says of its holder."""
    text: str
    at_ms: int
    closed_at_ms: int | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None
    note: str | None = None


class CloseFound(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``POST /api/found/{found_id}/close``."""

    verdict: Verdict
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class FoundClosed(Part, frozen=True, kw_only=True):
    """Detail of the audit record."""

    found_id: str
    alert_id: str
    venue_id: str
    verdict: Verdict
    note: str
