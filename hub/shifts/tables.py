"""What the shifts room keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

venue_hours = sa.Table(
    "venue_hours",
    metadata,
    sa.Column("venue_id", sa.ForeignKey("venues.venue_id"), primary_key=True),
    sa.Column("openings", sa.LargeBinary, nullable=False),
)
shifts = sa.Table(
    "shifts",
    metadata,
    sa.Column("person_id", sa.ForeignKey("people.person_id"), primary_key=True),
    sa.Column("shifts", sa.LargeBinary, nullable=False),
)
pins = sa.Table(
    "pins",
    metadata,
    sa.Column("person_id", sa.ForeignKey("people.person_id"), primary_key=True),
    sa.Column("pin_hash", sa.String(200), nullable=False),
)
holders = sa.Table(
    "holders",
    metadata,
    sa.Column("radio_id", sa.ForeignKey("radios.radio_id"), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("people.person_id"), nullable=False, unique=True),
    sa.Column("off_shift", sa.Boolean, nullable=False),
    sa.Column("began_at_us", sa.BigInteger, nullable=False),
    sa.Column("began_monotonic_us", sa.BigInteger, nullable=False),
    sa.Column("machine_boot", sa.String(64), nullable=False),
)
"""Who holds which radio now: a radio has one holder, a person holds one radio."""
