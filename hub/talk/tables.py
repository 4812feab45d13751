"""What the talk room keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

bursts = sa.Table(
    "bursts",
    metadata,
    sa.Column("burst_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("call_id", sa.BigInteger, nullable=False),
    sa.Column("call_kind", sa.String(20), nullable=False),
    sa.Column("group_id", sa.String(64), nullable=False),
    sa.Column("group_name", sa.String(64), nullable=False),
    sa.Column("talker_id", sa.String(64), nullable=False, index=True),
    sa.Column("talker_name", sa.String(64), nullable=False),
    sa.Column("started_at_us", sa.BigInteger, nullable=False, index=True),
    sa.Column("duration_s", sa.Float, nullable=True),
    sa.Column("packets", sa.Integer, nullable=True),
    sa.Column("lost", sa.BigInteger, nullable=True),
    sa.Column("radios_reached", sa.Integer, nullable=True),
    sa.Column("radios_online", sa.Integer, nullable=False),
    sa.Column("file", sa.String(400), nullable=True),
    sa.Column("bytes", sa.Integer, nullable=True),
    sa.Column("interrupted", sa.Boolean, nullable=False),
    sa.Column("peaks", sa.LargeBinary, nullable=True),
)
"""Bursts that were recorded; of one under way ``duration_s`` and what follows from its end are null."""
temporary_groups = sa.Table(
    "temporary_groups",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("radio_ids", sa.LargeBinary, nullable=False),
    sa.Column("alert_id", sa.String(48), nullable=True),
    sa.Column("opened_by", sa.String(64), nullable=False),
    sa.Column("opened_at_us", sa.BigInteger, nullable=False),
    sa.Column("closed_by", sa.String(64), nullable=True),
    sa.Column("closed_at_us", sa.BigInteger, nullable=True),
)
"""Temporary talk groups, open ones and the latest that were closed."""
sos = sa.Table(
    "sos",
    metadata,
    sa.Column("sos_id", sa.String(64), primary_key=True),
    sa.Column("radio_id", sa.String(64), nullable=False),
    sa.Column("radio_name", sa.String(64), nullable=False),
    sa.Column("holder", sa.String(64), nullable=True),
    sa.Column("venue_id", sa.String(64), nullable=False),
    sa.Column("venue_name", sa.String(64), nullable=False),
    sa.Column("group_id", sa.String(64), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("raised_at_us", sa.BigInteger, nullable=False, index=True),
    sa.Column("cancel_asked_at_us", sa.BigInteger, nullable=True),
    sa.Column("closed_at_us", sa.BigInteger, nullable=True),
    sa.Column("closed_by", sa.String(64), nullable=True),
    sa.Column("finding", sa.String(20), nullable=True),
    sa.Column("note", sa.String(500), nullable=True),
)
"""Calls for help, by the name that the radio gave each."""
