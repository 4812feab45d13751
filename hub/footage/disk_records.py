"""Reading and writing in the database which disk footage is on."""

from __future__ import annotations

import sqlalchemy as sa

from hub.footage.tables import footage_disk
from hub.storage.writer import Change


def known_disk(connection: sa.Connection) -> str | None:
    """The disk's id; None before a hub recorded."""
    found: str | None = connection.execute(sa.select(footage_disk.c.disk_id)).scalar()
    return found


def keep_disk(change: Change, disk_id: str) -> None:
    """Know this disk from now on; none was known."""
    change.connection.execute(sa.insert(footage_disk).values(disk_id=disk_id, known_since_us=change.at_us))
