"""What the evaluation keeps: a day's sums of each venue, which outlive the alerts and roll-calls behind them."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

venue_days = sa.Table(
    "evaluation_venue_days",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("venue_id", sa.String(48), primary_key=True),
    sa.Column("grid_id", sa.String(48), nullable=False),
    sa.Column("duties", sa.LargeBinary, nullable=False),
)
"""``day`` as YYYY-MM-DD in the community's time zone; ``grid_id``: where the venue belonged on that day."""
