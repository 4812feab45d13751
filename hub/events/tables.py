"""What the event log keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

events = sa.Table(
    "events",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at_us", sa.BigInteger, nullable=False, index=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
