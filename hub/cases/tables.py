"""What the cases room keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", sa.String(48), primary_key=True),
    sa.Column("title", sa.String(100), nullable=False),
    sa.Column("purpose", sa.String(500), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("grade", sa.SmallInteger, nullable=False),
    sa.Column("stage", sa.String(20), nullable=False),
    sa.Column("stage_since_us", sa.BigInteger, nullable=False),
    sa.Column("owner_role", sa.String(20), nullable=True),
    sa.Column("owner_person_id", sa.String(64), nullable=True),
    sa.Column("deadline_us", sa.BigInteger, nullable=True),
    sa.Column("overdue", sa.Integer, nullable=False),
    sa.Column("opened_at_us", sa.BigInteger, nullable=False),
    sa.Column("opened_by", sa.String(64), nullable=False),
    sa.Column("closed_at_us", sa.BigInteger, nullable=True),
    sa.Column("outcome", sa.String(500), nullable=True),
    sa.Column("last_seen_at_us", sa.BigInteger, nullable=True),
    sa.Column("last_seen_venue_id", sa.String(48), nullable=True),
    sa.Column("description", sa.LargeBinary, nullable=True),
    sa.Column("idempotency_key", sa.String(64), nullable=True, unique=True),
)
watches = sa.Table(
    "watches",
    metadata,
    sa.Column("watch_id", sa.String(48), primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.case_id"), nullable=False, index=True),
    sa.Column("query", sa.LargeBinary, nullable=False),
    sa.Column("words", sa.String(500), nullable=False),
    sa.Column("started_at_us", sa.BigInteger, nullable=False),
    sa.Column("ended_at_us", sa.BigInteger, nullable=True),
)
