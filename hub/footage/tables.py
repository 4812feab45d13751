"""What is kept about footage: which disk it is on, what was agreed about its age, what time it last was."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

footage_disk = sa.Table(
    "footage_disk",
    metadata,
    sa.Column("disk_id", sa.String(64), primary_key=True),
    sa.Column("known_since_us", sa.BigInteger, nullable=False),
)
"""One row, once a hub recorded."""
footage_agreed_days = sa.Table(
    "footage_agreed_days",
    metadata,
    sa.Column("camera_id", sa.String(48), primary_key=True),
    sa.Column("days", sa.Integer, nullable=True),
    sa.Column("past", sa.LargeBinary, nullable=False),
)
"""``days``: as is agreed now, null where nothing is; ``past``: JSON of what counts for older footage."""
footage_known_time = sa.Table(
    "footage_known_time",
    metadata,
    sa.Column("row_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("known_us", sa.BigInteger, nullable=False),
)
"""One row, once footage was swept."""
