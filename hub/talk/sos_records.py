"""An SOS as it is stored and told, and the order that closes one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa

from devices.protocol.sos import SosState
from hub.storage.database import Database
from hub.storage.pruning import prune
from hub.talk import tables


class Finding(StrEnum):
    """What an SOS was."""

    REAL = "real"
    FALSE_ALARM = "false_alarm"
    TEST = "test"


class CloseSos(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``POST /api/talk/sos/{sos_id}/close``."""

    finding: Finding
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Sos(msgspec.Struct, frozen=True, kw_only=True):
    """One SOS; also the body of ``sos.raised``, ``sos.cancel_asked`` and ``sos.closed``.

    Names are those of the moment when it was raised; ``group_id`` is where it is heard.
    """

    sos_id: str
    radio_id: str
    radio_name: str
    holder: str | None
    venue_id: str
    venue_name: str
    group_id: str
    state: SosState
    raised_at_ms: int
    cancel_asked_at_ms: int | None = None
    closed_at_ms: int | None = None
    closed_by: str | None = None
    finding: Finding | None = None
    note: str | None = None


class SosClosed(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of the audit record."""

    sos_id: str
    radio_id: str
    venue_id: str
    finding: Finding
    note: str


def sos_of(row: Any) -> Sos:
    """An SOS from its row."""
    return Sos(
        sos_id=row.sos_id,
        radio_id=row.radio_id,
        radio_name=row.radio_name,
        holder=row.holder,
        venue_id=row.venue_id,
        venue_name=row.venue_name,
        group_id=row.group_id,
        state=SosState(row.state),
        raised_at_ms=row.raised_at_us // 1000,
        cancel_asked_at_ms=None if row.cancel_asked_at_us is None else row.cancel_asked_at_us // 1000,
        closed_at_ms=None if row.closed_at_us is None else row.closed_at_us // 1000,
        closed_by=row.closed_by,
        finding=None if row.finding is None else Finding(row.finding),
        note=row.note,
    )


def insert_sos(connection: sa.Connection, values: dict[str, Any]) -> Sos:
    """Store a new one. Raises IntegrityError for a name that is taken."""
    return sos_of(connection.execute(sa.insert(tables.sos).returning(tables.sos), values).one())


def update_sos(connection: sa.Connection, sos_id: str, values: dict[str, Any]) -> Sos:
    """Change one; returns it as it is then."""
    here = tables.sos.c.sos_id == sos_id
    return sos_of(connection.execute(sa.update(tables.sos).where(here).values(values).returning(tables.sos)).one())


def load_sos(connection: sa.Connection, closed: int) -> list[Sos]:
    """Those that are not closed and the latest ``closed`` others, oldest first."""
    t = tables.sos.c
    is_closed = t.state == SosState.CLOSED.value
    latest = sa.select(tables.sos).where(is_closed).order_by(t.raised_at_us.desc()).limit(closed)
    found = [
        *connection.execute(latest).all(),
        *connection.execute(sa.select(tables.sos).where(sa.not_(is_closed))).all(),
    ]
    return [sos_of(row) for row in sorted(found, key=lambda row: int(row.raised_at_us))]


async def forget_sos(database: Database, before_us: int) -> int:
    """Delete those that were closed before then; returns how many. One that is open is never too old."""
    t = tables.sos.c
    return await prune(database, tables.sos, sa.select(t.sos_id).where(t.closed_at_us < before_us))
