"""What the media room keeps beside its files."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

media = sa.Table(
    "media",
    metadata,
    sa.Column("media_id", sa.String(64), primary_key=True),
    sa.Column("type", sa.String(20), nullable=False),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("width_px", sa.Integer, nullable=True),
    sa.Column("height_px", sa.Integer, nullable=True),
    sa.Column("duration_s", sa.Float, nullable=True),
    sa.Column("wanted_at_us", sa.BigInteger, nullable=False, index=True),
)
"""``wanted_at_us``: when it was brought last, or an alert named it."""
media_bringers = sa.Table(
    "media_bringers",
    metadata,
    sa.Column("media_id", sa.ForeignKey("media.media_id"), primary_key=True),
    sa.Column("person_id", sa.String(64), primary_key=True),
)
