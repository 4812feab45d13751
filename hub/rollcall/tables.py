"""What the roll-call keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

roll_calls = sa.Table(
    "roll_calls",
    metadata,
    sa.Column("roll_call_id", sa.String(48), primary_key=True),
    sa.Column("day", sa.String(10), nullable=True, unique=True),
    sa.Column("alert_id", sa.String(48), nullable=False),
    sa.Column("begun_by", sa.String(64), nullable=False),
    sa.Column("begun_at_us", sa.BigInteger, nullable=False, index=True),
    sa.Column("begun_monotonic_us", sa.BigInteger, nullable=False),
    sa.Column("machine_boot", sa.String(64), nullable=False),
    sa.Column("lasts_s", sa.Float, nullable=False),
    sa.Column("closed_venue_ids", sa.LargeBinary, nullable=False),
    sa.Column("ended_at_us", sa.BigInteger, nullable=True),
    sa.Column("counts", sa.LargeBinary, nullable=True),
    sa.Column("radios", sa.LargeBinary, nullable=True),
)
"""``day`` is that of one which began by itself, and no other has it; ``counts`` and ``radios``, the list, are those of
one that is over."""
