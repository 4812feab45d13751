"""Reading and writing in the database who says that the child is with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from devices.protocol.messages import AlertStatus
from hub.alerts.messages import Via
from hub.found.messages import Found, Outcome
from hub.found.tables import found
from hub.storage.database import Database
from hub.storage.writer import Change

_f = found.c


def found_of(row: Any) -> Found:
    """A row as the interface shows it."""
    return Found(
        found_id=row.found_id,
        alert_id=row.alert_id,
        alert_text=row.alert_text,
        status=AlertStatus(row.status),
        issued_by=row.issued_by,
        venue_id=row.venue_id,
        radio_id=row.radio_id,
        via=Via(row.via),
        by=row.by,
        name=row.name,
        text=row.text,
        at_ms=row.at_us // 1000,
        closed_at_ms=None if row.closed_at_us is None else row.closed_at_us // 1000,
        closed_by=row.closed_by,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        note=row.note,
    )


def insert(change: Change, one: Found) -> Found:
    """Store a new one."""
    told = {field: value for field, value in msgspec.to_builtins(one).items() if field in _f and value is not None}
    row = change.connection.execute(sa.insert(found).returning(found), told | {"at_us": one.at_ms * 1000}).one()
    return found_of(row)


def close(change: Change, found_id: str, by: str, outcome: Outcome, note: str) -> Found:
    """Close one that is open; returns it as it is then."""
    values = {"closed_at_us": change.at_us, "closed_by": by, "outcome": outcome.value, "note": note or None}
    closing = sa.update(found).where(_f.found_id == found_id).values(values).returning(found)
    return found_of(change.connection.execute(closing).one())


def find(connection: sa.Connection, found_id: str) -> Found | None:
    """The one of this id."""
    row = connection.execute(sa.select(found).where(_f.found_id == found_id)).first()
    return None if row is None else found_of(row)


def load_open(connection: sa.Connection, most: int, alert_ids: Sequence[str] | None = None) -> tuple[Found, ...]:
    """Those that are not closed, newest first: of these alerts, or all."""
    query = sa.select(found).where(_f.closed_at_us.is_(None)).order_by(_f.at_us.desc()).limit(most)
    if alert_ids is not None:
        query = query.where(_f.alert_id.in_(alert_ids))
    return tuple(found_of(row) for row in connection.execute(query))


def last_closed_at_ms(connection: sa.Connection, alert_ids: Sequence[str], venue_id: str) -> int | None:
    """When the police room last said what a venue's word on these alerts was; None where it never did."""
    of_venue = sa.select(sa.func.max(_f.closed_at_us)).where(_f.alert_id.in_(alert_ids), _f.venue_id == venue_id)
    at_us: int | None = connection.execute(of_venue).scalar()
    return None if at_us is None else at_us // 1000


async def forget_found(database: Database, before_us: int) -> int:
    """Delete those that were closed before then; returns how many. One that is open is never too old."""
    old = sa.delete(found).where(_f.closed_at_us < before_us)
    return await database.write(lambda change: change.connection.execute(old).rowcount)
