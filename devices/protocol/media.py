"""How a radio gets a spoken message: it asks from a byte on, the hub answers with a few parts, and so on to the end."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.protocol.messages import Count, Message, Name, Stamp

PART_BYTES = 8 * 1024
"""A part holds up the voice behind it on a line of 1 Mbit/s for 65 ms."""
MOST_PARTS = 4
"""Parts on their way to one radio at once: it asks for the next when it has them."""


class Wanted(Message, frozen=True, kw_only=True):
    """A radio asks for ``parts`` parts of what an alert named, from this byte on."""

    stamp: Stamp
    media_id: Name
    from_byte: Count
    parts: Annotated[int, msgspec.Meta(ge=1, le=MOST_PARTS)]


class Part(Message, frozen=True, kw_only=True):
    """PART_BYTES of it, fewer at its end; without data it is not to be had (any more)."""

    stamp: Stamp
    media_id: Name
    from_byte: Count
    data: Annotated[bytes, msgspec.Meta(max_length=PART_BYTES)]
