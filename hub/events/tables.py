"""What the event log keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import NUMBER, metadata

ABOUT_CAMERAS = sa.text("kind IN ('camera.added', 'camera.changed', 'camera.removed')")
HUB_STARTS = sa.text("kind = 'hub.started'")
"""A partial index is used where a query says these very words."""

events = sa.Table(
    "events",
    metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("at_us", sa.BigInteger, nullable=False, index=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
sa.Index(
    "ix_events_about_cameras",
    events.c.subject,
    events.c.at_us,
    sqlite_where=ABOUT_CAMERAS,
    postgresql_where=ABOUT_CAMERAS,
)
sa.Index("ix_events_hub_starts", events.c.at_us, sqlite_where=HUB_STARTS, postgresql_where=HUB_STARTS)
