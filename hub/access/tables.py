"""What the access room keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

audit_records = sa.Table(
    "audit_records",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("person_id", sa.String(64), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("case_id", sa.String(48), nullable=True),
    sa.Column("purpose", sa.String(500), nullable=False),
    sa.Column("detail", sa.LargeBinary, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
