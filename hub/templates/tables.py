"""What the templates' room keeps: one row, once somebody has set them."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

template_lists = sa.Table(
    "template_lists",
    metadata,
    sa.Column("list_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("templates", sa.LargeBinary, nullable=False),
    sa.Column("set_by", sa.String(64), nullable=False),
    sa.Column("set_at_us", sa.BigInteger, nullable=False),
)
