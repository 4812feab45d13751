"""What is kept of paths: what officers said of sightings, until their case closes."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

path_marks = sa.Table(
    "path_marks",
    metadata,
    sa.Column("case_id", sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("sighting_id", sa.String(64), primary_key=True),
    sa.Column("verdict", sa.String(10), nullable=False),
    sa.Column("marked_by", sa.String(64), nullable=False),
    sa.Column("marked_at_us", sa.BigInteger, nullable=False),
)
