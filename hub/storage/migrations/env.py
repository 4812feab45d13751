"""Runs migrations on the engine that the hub hands over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

engine: sa.Engine = context.config.attributes["engine"]
with engine.connect().execution_options(write=True) as connection:
    context.configure(connection=connection, render_as_batch=True)
    with connection.begin(), context.begin_transaction():
        context.run_migrations()
