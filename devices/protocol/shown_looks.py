"""What a vision worker shows of its looks, for the console's debug view, while one asks for it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.protocol.messages import Message, Name, Stamp

SHOW_LOOKS_FOR_S = 10.0
"""A worker stops showing so long after it was asked last."""
MOST_CAMERAS = 16
"""Cameras whose looks are watched at once, over all consoles; a ShowLooks names no more."""
MOST_BOXES = 64
"""Of each kind in a look."""
MOST_COLUMNS, MOST_ROWS = 160, 90
"""Cells of the mask that is shown: 1,800 bytes of bits, whatever they compress to."""


class ShowLooks(Message, frozen=True, kw_only=True):
    """The cameras whose looks a worker shows from now on; none after SHOW_LOOKS_FOR_S unless it is said again."""

    stamp: Stamp
    camera_ids: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MOST_CAMERAS)]


class ShownBox(Message, frozen=True, array_like=True):
    """A box in pixels of the stream's picture; ``score`` of a detection, ``number`` and ``seen_now`` of a track."""

    left: float
    top: float
    width: float
    height: float
    score: float = 0.0
    number: int = 0
    seen_now: bool = True


ShownBoxes = Annotated[tuple[ShownBox, ...], msgspec.Meta(max_length=MOST_BOXES)]


class ShownLook(Message, frozen=True, kw_only=True):
    """What vision made of one picture that was due: what moved, where it looked, whom it found and follows.

    ``at_us`` is the picture's wall time, as its recording is dated. ``motion`` is a mask of ``motion_width_px`` by
    ``motion_height_px`` over the whole picture, a bit a cell, rows one after another, most significant bit first, zlib
    compressed. ``looked`` is false where nobody had to look; ``regions`` empty with ``looked`` means the whole picture.
    """

    stamp: Stamp
    camera_id: Name
    at_us: int
    frame_width_px: int
    frame_height_px: int
    settled: bool
    motion_width_px: int
    motion_height_px: int
    motion: Annotated[bytes, msgspec.Meta(max_length=8192)]
    looked: bool
    regions: ShownBoxes = ()
    detections: ShownBoxes = ()
    tracks: ShownBoxes = ()
