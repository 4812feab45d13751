"""What a radio is told of the talk groups that it belongs to, and what comes on its floor-control topic."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.protocol.messages import FloorDown, GroupFloor, Message, Name, Stamp

MAX_STANDING = 64
"""Standing groups of one radio: all, its venue's kind and its grid are three."""
MAX_TEMPORARY = 16
"""Temporary groups at one time."""


class GroupName(Message, frozen=True, array_like=True):
    """A talk group, and its name for the screen."""

    group_id: Name
    name: Name


class TalkGroups(Message, frozen=True, kw_only=True):
    """To one radio, all its talk groups but the private one, which it always has.

    ``standing`` groups have topics of their own, which the radio subscribes to; it leaves those that are named no
    longer. Voice and floor of the others come on the radio's own topics.
    """

    stamp: Stamp
    standing: Annotated[tuple[GroupName, ...], msgspec.Meta(max_length=MAX_STANDING)]
    temporary: Annotated[tuple[GroupName, ...], msgspec.Meta(max_length=MAX_TEMPORARY)] = ()


FloorControl = FloorDown | GroupFloor
"""What comes on a radio's floor-control topic; GroupFloor of groups without topics, and of bursts under way."""
