"""Reading and writing holds in the database."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from hub.footage.holds.messages import Hold
from hub.footage.holds.tables import footage_holds
from hub.storage.writer import Change


def all_holds(connection: sa.Connection) -> list[Hold]:
    """Those that are on, the oldest first."""
    rows = connection.execute(sa.select(footage_holds).order_by(footage_holds.c.held_at_us))
    return [
        Hold(
            hold_id=row.hold_id,
            case_id=row.case_id,
            camera_ids=msgspec.json.decode(row.camera_ids, type=tuple[str, ...]),
            from_ms=row.from_us // 1000,
            until_ms=row.until_us // 1000,
            held_by=row.held_by,
            held_at_ms=row.held_at_us // 1000,
        )
        for row in rows
    ]


def insert(change: Change, hold: Hold) -> None:
    """Store a new one."""
    change.connection.execute(
        sa.insert(footage_holds).values(
            hold_id=hold.hold_id,
            case_id=hold.case_id,
            camera_ids=msgspec.json.encode(hold.camera_ids),
            from_us=hold.from_ms * 1000,
            until_us=hold.until_ms * 1000,
            held_by=hold.held_by,
            held_at_us=hold.held_at_ms * 1000,
        )
    )


def delete(change: Change, hold_id: str) -> bool:
    """Whether it was on."""
    found = change.connection.execute(sa.delete(footage_holds).where(footage_holds.c.hold_id == hold_id))
    return found.rowcount > 0


def delete_of_case(change: Change, case_id: str) -> None:
    """All of a case."""
    change.connection.execute(sa.delete(footage_holds).where(footage_holds.c.case_id == case_id))
