"""What the alerts room keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("alert_id", sa.String(48), primary_key=True),
    sa.Column("text", sa.String(2000), nullable=False),
    sa.Column("severity", sa.String(20), nullable=False),
    sa.Column("urgency", sa.String(20), nullable=False),
    sa.Column("certainty", sa.String(20), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("target_kind", sa.String(20), nullable=False),
    sa.Column("target_id", sa.String(48), nullable=True),
    sa.Column("target_ids", sa.LargeBinary, nullable=False),
    sa.Column("target_points", sa.LargeBinary, nullable=False),
    sa.Column("target_within_m", sa.Float, nullable=True),
    sa.Column("case_id", sa.String(48), nullable=True),
    sa.Column("issued_by", sa.String(64), nullable=False),
    sa.Column("idempotency_key", sa.String(64), nullable=True, unique=True),
    sa.Column("issued_at_us", sa.BigInteger, nullable=False),
    sa.Column("issued_monotonic_us", sa.BigInteger, nullable=False),
    sa.Column("machine_boot", sa.String(64), nullable=False),
    sa.Column("expires_in_s", sa.Float, nullable=False),
    sa.Column("errand_of", sa.String(48), nullable=True),
    sa.Column("cancels", sa.String(48), nullable=True),
    sa.Column("replaces", sa.LargeBinary, nullable=False),
    sa.Column("updated_to", sa.String(48), nullable=True),
    sa.Column("cancelled_at_us", sa.BigInteger, nullable=True),
    sa.Column("cancelled_by", sa.String(64), nullable=True),
    sa.Column("picture_id", sa.String(64), nullable=True, index=True),
    sa.Column("picture_bytes", sa.Integer, nullable=True),
    sa.Column("speech_id", sa.String(64), nullable=True, index=True),
    sa.Column("speech_bytes", sa.Integer, nullable=True),
    sa.Column("unspoken", sa.String(20), nullable=True),
)
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("alert_id", sa.ForeignKey("alerts.alert_id"), primary_key=True),
    sa.Column("radio_id", sa.String(48), primary_key=True),
    sa.Column("venue_id", sa.String(48), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("queued_at_us", sa.BigInteger, nullable=False),
    sa.Column("sent_at_us", sa.BigInteger, nullable=True),
    sa.Column("delivered_at_us", sa.BigInteger, nullable=True),
    sa.Column("played_at_us", sa.BigInteger, nullable=True),
    sa.Column("acknowledged_at_us", sa.BigInteger, nullable=True),
    sa.Column("acknowledged_by", sa.String(64), nullable=True),
    sa.Column("acknowledged_via", sa.String(20), nullable=True),
    sa.Column("reported_at_us", sa.BigInteger, nullable=True),
    sa.Column("answer", sa.String(20), nullable=True),
    sa.Column("report_text", sa.String(2000), nullable=True),
    sa.Column("answered_at_us", sa.BigInteger, nullable=True),  # when what stands in the two before it was said
)
reports = sa.Table(
    "reports",
    metadata,
    sa.Column("radio_id", sa.String(48), primary_key=True),
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("venue_id", sa.String(48), nullable=False),
    sa.Column("alert_id", sa.String(48), nullable=True, index=True),
    sa.Column("answer", sa.String(20), nullable=True),
    sa.Column("text", sa.String(2000), nullable=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
)
answers_elsewhere = sa.Table(
    "answers_elsewhere",
    metadata,
    sa.Column("by", sa.String(64), primary_key=True),
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("alert_id", sa.String(48), nullable=False, index=True),
    sa.Column("venue_ids", sa.LargeBinary, nullable=False),
    sa.Column("via", sa.String(20), nullable=False),
    sa.Column("answer", sa.String(20), nullable=True),
    sa.Column("text", sa.String(2000), nullable=False),
    sa.Column("pressed_at_us", sa.BigInteger, nullable=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
)
