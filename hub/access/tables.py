"""What the access room keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import NUMBER, metadata

audit_records = sa.Table(
    "audit_records",
    metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("person_id", sa.String(64), nullable=False, index=True),
    sa.Column("action", sa.String(40), nullable=False, index=True),
    sa.Column("case_id", sa.String(48), nullable=True, index=True),
    sa.Column("purpose", sa.String(500), nullable=False),
    sa.Column("detail", sa.LargeBinary, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

audit_statements = sa.Table(
    "audit_statements",
    metadata,
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
    sa.Column("signature", sa.LargeBinary, nullable=False),
)
"""What the hub has signed about its audit log (checkpoints.py): the one head, the checkpoints, the one pruning."""

people = sa.Table(
    "people",
    metadata,
    sa.Column("person_id", sa.String(48), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("places", sa.LargeBinary, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("password_hash", sa.String(200), nullable=True),
    sa.Column("totp_secret", sa.String(64), nullable=True),
    sa.Column("totp_step", sa.BigInteger, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("session_id", sa.String(48), primary_key=True),
    sa.Column("person_id", sa.String(48), sa.ForeignKey("people.person_id"), nullable=False),
    sa.Column("family_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("token_hash", sa.LargeBinary, nullable=False),
    sa.Column("former", sa.LargeBinary, nullable=False),
    sa.Column("started_at_us", sa.BigInteger, nullable=False),
    sa.Column("refreshed_at_us", sa.BigInteger, nullable=False),
    sa.Column("address", sa.String(45), nullable=False),
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("person_id", sa.String(48), sa.ForeignKey("people.person_id"), primary_key=True),
    sa.Column("code_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("totp_secret", sa.String(64), nullable=False),
    sa.Column("expires_at_us", sa.BigInteger, nullable=False),
)
