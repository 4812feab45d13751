"""What the room keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

found = sa.Table(
    "found",
    metadata,
    sa.Column("found_id", sa.String(48), primary_key=True),
    sa.Column("alert_id", sa.String(48), nullable=False, index=True),
    sa.Column("alert_text", sa.String(2000), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("issued_by", sa.String(64), nullable=False),
    sa.Column("venue_id", sa.String(48), nullable=False),
    sa.Column("radio_id", sa.String(48), nullable=True),
    sa.Column("via", sa.String(20), nullable=False),
    sa.Column("by", sa.String(64), nullable=True),
    sa.Column("name", sa.String(64), nullable=True),
    sa.Column("text", sa.String(2000), nullable=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("closed_at_us", sa.BigInteger, nullable=True, index=True),
    sa.Column("closed_by", sa.String(64), nullable=True),
    sa.Column("outcome", sa.String(20), nullable=True),
    sa.Column("note", sa.String(2000), nullable=True),
)
