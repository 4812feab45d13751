"""What the fallback room keeps: an errand for each venue of an alert, and each try before it is made."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

errands = sa.Table(
    "fallback_errands",
    metadata,
    sa.Column("alert_id", sa.String(48), primary_key=True),
    sa.Column("venue_id", sa.String(48), primary_key=True),
    sa.Column("radio_ids", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("asked_at_us", sa.BigInteger, nullable=False),
)
tries = sa.Table(
    "fallback_tries",
    metadata,
    sa.Column("alert_id", sa.String(48), primary_key=True),
    sa.Column("venue_id", sa.String(48), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("texted", sa.Boolean, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=True),
    sa.Column("began_at_us", sa.BigInteger, nullable=False),
    sa.Column("ended_at_us", sa.BigInteger, nullable=True),
)
