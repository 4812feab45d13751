"""A guard's call for help: what the radio says of it, and what the hub says back."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from devices.protocol.messages import Message, Name, Stamp

SosId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}\Z")]
"""Made by the radio, unique over its life: the same name again is the same SOS."""


class SosState(StrEnum):
    """How far an SOS is."""

    RAISED = "raised"
    """Said, and not yet on the hub's disk."""
    OPEN = "open"
    """Police know."""
    CANCEL_ASKED = "cancel_asked"
    """The guard says that it is over; the police room has not confirmed it."""
    CLOSED = "closed"


class SosRaised(Message, frozen=True, kw_only=True, tag="raised"):
    """The SOS key was pressed. The hub answers with the floor of the radio's grid: FloorGranted or FloorQueued, whose
    ``request_id`` is ``sos_id``."""

    stamp: Stamp
    message_id: Name
    sos_id: SosId


class SosCancelAsked(Message, frozen=True, kw_only=True, tag="cancel_asked"):
    """The guard asks to cancel it."""

    stamp: Stamp
    message_id: Name
    sos_id: SosId


SosUp = SosRaised | SosCancelAsked


class SosTold(Message, frozen=True, kw_only=True):
    """To one radio: how its SOS stands, at each change and whenever the radio comes on line.

    ``sos_id`` is that of the hub: a press while one is open belongs to that one. In ``group_id`` the radio has
    emergency priority until it is closed. ``answers`` is the ``message_id`` of the radio's latest word that the hub has
    stored since it started: what a radio is told before its own latest word is answered is older than that word.
    """

    stamp: Stamp
    sos_id: SosId
    state: SosState
    group_id: Name
    answers: Name | None = None
