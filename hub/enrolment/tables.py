"""What the enrolment room keeps: one code and one credential a device at most."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

enrolment_codes = sa.Table(
    "enrolment_codes",
    metadata,
    sa.Column("device_id", sa.String(48), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("code_sha256", sa.LargeBinary, nullable=False),
    sa.Column("made_by", sa.String(64), nullable=False),
    sa.Column("expires_at_us", sa.BigInteger, nullable=False),
    sa.Column("used_at_us", sa.BigInteger, nullable=True),
)

device_credentials = sa.Table(
    "device_credentials",
    metadata,
    sa.Column("device_id", sa.String(48), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("password_line", sa.String(160), nullable=True),
    sa.Column("seal_key", sa.LargeBinary, nullable=True),
    sa.Column("made_at_us", sa.BigInteger, nullable=False),
    sa.Column("revoked_at_us", sa.BigInteger, nullable=True),
    sa.Column("next_password_line", sa.String(160), nullable=True),
    sa.Column("next_seal_key", sa.LargeBinary, nullable=True),
    sa.Column("next_made_at_us", sa.BigInteger, nullable=True),
)
"""``password_line`` and ``seal_key`` are empty once revoked; ``next_*`` is a rotation that is not confirmed yet."""
