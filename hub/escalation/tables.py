"""What the escalation room keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

policies = sa.Table(
    "escalation_policies",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("rules", sa.LargeBinary, nullable=False),
    sa.Column("set_by", sa.String(64), nullable=False),
    sa.Column("set_at_us", sa.BigInteger, nullable=False),
)
escalations = sa.Table(
    "escalations",
    metadata,
    sa.Column("alert_id", sa.String(48), primary_key=True),
    sa.Column("policy", sa.LargeBinary, nullable=False),
    sa.Column("closed_venue_ids", sa.LargeBinary, nullable=False),
)
steps = sa.Table(
    "escalation_steps",
    metadata,
    sa.Column("alert_id", sa.String(48), primary_key=True),
    sa.Column("radio_id", sa.String(48), primary_key=True),
    sa.Column("action", sa.String(20), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("venue_id", sa.String(48), nullable=False),
    sa.Column("passed_over", sa.String(20), nullable=True),
    sa.Column("asked_radio_id", sa.String(48), nullable=True),
    sa.Column("asked_alert_id", sa.String(48), nullable=True),
    sa.Column("person_ids", sa.LargeBinary, nullable=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
)
stops = sa.Table(
    "escalation_stops",
    metadata,
    sa.Column("alert_id", sa.String(48), primary_key=True),
    sa.Column("radio_id", sa.String(48), primary_key=True),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
)
