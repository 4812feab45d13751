"""What the response room keeps.

Lines are stored before their ask, a little at a time: an ask is there when its row is, with all of its lines.
"""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

asks = sa.Table(
    "asks",
    metadata,
    sa.Column("ask_id", sa.String(48), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("matter", sa.String(20), nullable=True),
    sa.Column("grade", sa.SmallInteger, nullable=False),
    sa.Column("text", sa.String(500), nullable=False),
    sa.Column("latitude", sa.Float, nullable=True),
    sa.Column("longitude", sa.Float, nullable=True),
    sa.Column("accuracy_m", sa.Float, nullable=True),
    sa.Column("venue_id", sa.String(64), nullable=True),
    sa.Column("everywhere", sa.Boolean, nullable=False),
    sa.Column("case_id", sa.String(48), nullable=True, index=True),
    sa.Column("passes_on", sa.String(48), nullable=True, index=True),
    sa.Column("made_by", sa.String(64), nullable=False, index=True),
    sa.Column("made_at_us", sa.BigInteger, nullable=False, index=True),
    sa.Column("idempotency_key", sa.String(64), nullable=True, unique=True),
    sa.Column("phase", sa.String(20), nullable=False, index=True),
    sa.Column("waiting", sa.Integer, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False),
    sa.Column("arrived", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("cannot", sa.Integer, nullable=False),
    sa.Column("answer_by_us", sa.BigInteger, nullable=False),
    sa.Column("finish_by_us", sa.BigInteger, nullable=True),
    sa.Column("deadline_us", sa.BigInteger, nullable=True),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("closed_at_us", sa.BigInteger, nullable=True, index=True),
    sa.Column("closed_by", sa.String(64), nullable=True),
    sa.Column("closing_text", sa.String(500), nullable=False),
)
"""``everywhere``: it concerns all grids, and names none in ``ask_grids``."""
ask_grids = sa.Table(
    "ask_grids",
    metadata,
    sa.Column("ask_id", sa.String(48), primary_key=True),
    sa.Column("grid_id", sa.String(64), primary_key=True, index=True),
)
ask_lines = sa.Table(
    "ask_lines",
    metadata,
    sa.Column("ask_id", sa.String(48), primary_key=True),
    sa.Column("person_id", sa.String(64), primary_key=True, index=True),
    sa.Column("grid_id", sa.String(64), nullable=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("state_at_us", sa.BigInteger, nullable=False),
    sa.Column("text", sa.String(500), nullable=False),
)
ask_answers = sa.Table(
    "ask_answers",
    metadata,
    sa.Column("person_id", sa.String(64), primary_key=True),
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("ask_id", sa.String(48), nullable=False, index=True),
    sa.Column("step", sa.String(20), nullable=False),
    sa.Column("text", sa.String(500), nullable=False),
    sa.Column("pressed_at_us", sa.BigInteger, nullable=False),
    sa.Column("at_us", sa.BigInteger, nullable=False),
)
ask_pictures = sa.Table(
    "ask_pictures",
    metadata,
    sa.Column("ask_id", sa.String(48), primary_key=True),
    sa.Column("media_id", sa.String(64), primary_key=True, index=True),
    sa.Column("person_id", sa.String(64), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
)
"""Who brought them: whoever made the ask, or answers it. ``position``: in the order of their coming."""
