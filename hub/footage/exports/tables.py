"""What is kept of exports: one row for each that was asked for, until its case is long closed."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

footage_exports = sa.Table(
    "footage_exports",
    metadata,
    sa.Column("export_id", sa.String(48), primary_key=True),
    sa.Column("case_id", sa.String(48), nullable=False, index=True),
    sa.Column("camera_id", sa.String(48), nullable=False),
    sa.Column("camera_name", sa.String(64), nullable=False),
    sa.Column("from_us", sa.BigInteger, nullable=False),
    sa.Column("until_us", sa.BigInteger, nullable=False),
    sa.Column("cut", sa.String(10), nullable=False),
    sa.Column("blur", sa.String(20), nullable=False),
    sa.Column("sought", sa.LargeBinary, nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("asked_by", sa.String(64), nullable=False),
    sa.Column("asked_by_name", sa.String(64), nullable=False),
    sa.Column("asked_at_us", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("finished_at_us", sa.BigInteger, nullable=True),
    sa.Column("made", sa.LargeBinary, nullable=True),
    sa.Column("bytes", sa.BigInteger, nullable=True),
    sa.Column("failure", sa.LargeBinary, nullable=True),
)
