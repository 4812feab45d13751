"""What is kept of holds: those that are on."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

footage_holds = sa.Table(
    "footage_holds",
    metadata,
    sa.Column("hold_id", sa.String(48), primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.case_id"), nullable=False, index=True),
    sa.Column("camera_ids", sa.LargeBinary, nullable=False),
    sa.Column("from_us", sa.BigInteger, nullable=False),
    sa.Column("until_us", sa.BigInteger, nullable=False),
    sa.Column("held_by", sa.String(64), nullable=False),
    sa.Column("held_at_us", sa.BigInteger, nullable=False),
)
