"""What the tours' room keeps: one row, once somebody has saved tours."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

tour_lists = sa.Table(
    "tour_lists",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("tours", sa.LargeBinary, nullable=False),
    sa.Column("set_by", sa.String(64), nullable=False),
    sa.Column("set_at_us", sa.BigInteger, nullable=False),
)
