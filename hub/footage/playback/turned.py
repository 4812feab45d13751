"""When cameras could not be recorded, and why: read out of the events that told of it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from hub.events.messages import EventKind
from hub.events.tables import ABOUT_CAMERAS, HUB_STARTS, events
from hub.footage.playback.past import GapReason, Turn
from hub.footage.recorder.control import Condition, Disk

MOST_TURNS = 5_000
"""Of one camera; the newest are read."""
_OF_CONDITION: dict[str, GapReason] = {
    Condition.CONNECTING: GapReason.OFF_LINE,
    Condition.STALLED: GapReason.OFF_LINE,
    Condition.REFUSED: GapReason.REFUSED,
    Condition.UNREADABLE: GapReason.UNREADABLE,
    Condition.WITHHELD: GapReason.WITHHELD,
}
_OF_DISK: dict[str, GapReason] = {
    Disk.FULL: GapReason.DISK_FULL,
    Disk.FAILING: GapReason.DISK_FAILING,
    Disk.MISSING: GapReason.DISK_FAILING,
}


class _Stood(msgspec.Struct):
    """As much of a camera's event as says whether it could be recorded."""

    condition: str = ""
    disk: str = ""
    agreement_over: bool = False
    recording: bool = False
    recorded: bool | None = True


_read = msgspec.json.Decoder(_Stood)


def turns_of(connection: sa.Connection, camera_id: str, since_us: int, until_us: int) -> list[Turn]:
    """The turns of a camera between two times, and the one in force at the first of them."""
    e = events.c
    theirs = sa.select(e.at_us, e.kind, e.body).where(e.subject == camera_id, ABOUT_CAMERAS)
    between = theirs.where(e.at_us > since_us, e.at_us <= until_us).order_by(e.at_us.desc()).limit(MOST_TURNS)
    before = theirs.where(e.at_us <= since_us).order_by(e.at_us.desc()).limit(1)
    rows = [*connection.execute(before), *reversed(connection.execute(between).all())]
    return [Turn(row.at_us, _reason(row.kind, row.body), row.kind == EventKind.CAMERA_ADDED) for row in rows]


def starts_of_hub(connection: sa.Connection, since_us: int, until_us: int) -> Sequence[int]:
    """When the hub started between two times."""
    at_us = events.c.at_us
    query = sa.select(at_us).where(HUB_STARTS, at_us > since_us, at_us <= until_us).order_by(at_us).limit(MOST_TURNS)
    return connection.execute(query).scalars().all()


def _reason(kind: str, body: bytes) -> GapReason | None:
    if kind == EventKind.CAMERA_REMOVED:
        return GapReason.NOT_ENROLLED
    try:
        stood = _read.decode(body)
    except msgspec.MsgspecError:
        return None
    if stood.agreement_over:
        return GapReason.OWNER_TERMS
    if stood.recorded is None and not stood.recording:
        return GapReason.NOT_RECORDED
    return _OF_CONDITION.get(stood.condition) or _OF_DISK.get(stood.disk)
