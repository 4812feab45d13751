"""What the bridge keeps: messages that the broker has not taken yet, and which sealed words of devices were taken."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import NUMBER, metadata

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("topic", sa.String(200), nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("expires_in_s", sa.Integer, nullable=False),
    sa.Column("purpose", sa.String(120), nullable=False),
)
seals_taken = sa.Table(
    "seals_taken",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("pairs", sa.LargeBinary, nullable=False),
)
"""One row: the latest birth count and counter of every device, some 30 bytes each, written together."""
