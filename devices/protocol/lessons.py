"""What a vision worker gives the hub to learn from: numbers about a track's clothes, never a picture."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.protocol.messages import Message, Name, Stamp

MOST_VIEW_BYTES = 48 * 1024
"""Compressed; five views take about 4 KB."""


class LessonMessage(Message, frozen=True, kw_only=True):
    """One track of a camera: ``views`` are its views' colour stripes, zlib of one byte a number, as ``measure`` makes
    them. It may be lost: nothing waits for it."""

    stamp: Stamp
    camera_id: Name
    started_at_us: int
    ended_at_us: int
    measure: Name
    views: Annotated[bytes, msgspec.Meta(max_length=MOST_VIEW_BYTES)]
