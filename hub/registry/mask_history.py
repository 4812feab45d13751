"""Which masks each camera had when: what was not looked at then stays hidden in clips of that time."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from hub.registry.records import Mask
from hub.registry.tables import mask_sets
from hub.storage.writer import Change

MOST_SETS = 100
"""Of one camera; at one more, the two oldest are kept as one that has the masks of both."""
STILL_HELD_US = 60_000_000
"""How long after a mask was taken away its part of the picture may still not be looked at."""
_s = mask_sets.c
_Sets = list[tuple[int, tuple[Mask, ...]]]


def note(change: Change, camera_id: str, masks: tuple[Mask, ...]) -> None:
    """From now on the camera has these masks and no others."""
    kept = _sets(change.connection, camera_id)
    if masks == (kept[-1][1] if kept else ()):
        return
    at_us = max(change.at_us, kept[-1][0] + 1) if kept else change.at_us
    _insert(change, camera_id, at_us, masks)
    if len(kept) >= MOST_SETS:
        (oldest_us, oldest), (next_us, following), *_ = kept
        two = (_s.camera_id == camera_id, _s.from_us.in_((oldest_us, next_us)))
        change.connection.execute(sa.delete(mask_sets).where(*two))
        _insert(change, camera_id, oldest_us, tuple(dict.fromkeys(oldest + following)))


def masks_between(connection: sa.Connection, camera_id: str, from_us: int, until_us: int) -> tuple[Mask, ...]:
    """All that the camera had at any time from one to before another, each once."""
    kept = _sets(connection, camera_id)
    found: dict[Mask, None] = {}
    for number, (begins_us, masks) in enumerate(kept):
        is_last = number + 1 == len(kept)
        if begins_us < until_us and (is_last or kept[number + 1][0] + STILL_HELD_US > from_us):
            found |= dict.fromkeys(masks)
    return tuple(found)


def _sets(connection: sa.Connection, camera_id: str) -> _Sets:
    """Each with since when, the oldest first."""
    rows = connection.execute(sa.select(mask_sets).where(_s.camera_id == camera_id).order_by(_s.from_us))
    return [(row.from_us, msgspec.json.decode(row.masks, type=tuple[Mask, ...])) for row in rows]


def _insert(change: Change, camera_id: str, from_us: int, masks: tuple[Mask, ...]) -> None:
    row = {"camera_id": camera_id, "from_us": from_us, "masks": msgspec.json.encode(masks)}
    change.connection.execute(sa.insert(mask_sets).values(row))
