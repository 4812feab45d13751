"""What the mediation room keeps: the list of mediators, and of each dispute what was tried."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

mediators = sa.Table(
    "mediators",
    metadata,
    sa.Column("mediator_id", sa.String(48), primary_key=True),
    sa.Column("record", sa.LargeBinary, nullable=False),
)
case_mediations = sa.Table(
    "case_mediations",
    metadata,
    sa.Column("case_id", sa.String(48), primary_key=True),
    sa.Column("state", sa.LargeBinary, nullable=False),
)
