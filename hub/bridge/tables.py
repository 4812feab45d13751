"""What the bridge keeps: messages that must go out and have not been taken by the broker."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("topic", sa.String(200), nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("expires_in_s", sa.Integer, nullable=False),
    sa.Column("purpose", sa.String(120), nullable=False),
)
