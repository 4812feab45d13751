"""What the procedure keeps: each as one record, which stays as long as its case's alerts would."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

missing_children = sa.Table(
    "missing_children",
    metadata,
    sa.Column("case_id", sa.String(48), primary_key=True),
    sa.Column("state", sa.LargeBinary, nullable=False),
    sa.Column("ended_at_us", sa.BigInteger, nullable=True, index=True),
    sa.Column("is_cleared", sa.Boolean, nullable=False),
)
