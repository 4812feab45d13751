"""What the casebook keeps: of each event that refers to a case, what a timeline shows."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

case_entries = sa.Table(
    "case_entries",
    metadata,
    sa.Column("case_id", sa.String(48), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
