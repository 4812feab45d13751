"""Whether anybody can sign in as administrator: read from a database that no hub has opened yet."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from hub.access.people import Role
from hub.access.tables import people
from hub.settings import Settings
from hub.storage.engine import make_engine


def has_administrator(settings: Settings) -> bool:
    """Whether the database holds an administrator with a password; changes nothing, and makes no file."""
    if not settings.has_database:
        return False
    able = (
        people.c.role == Role.ADMINISTRATOR.value,
        people.c.disabled.is_(False),
        people.c.password_hash.is_not(None),
    )
    engine = make_engine(settings.database_url) if settings.database else _reading(settings.database_file)
    try:
        with engine.connect() as connection:
            return connection.execute(sa.select(people.c.person_id).where(*able).limit(1)).first() is not None
    except sa.exc.DatabaseError:  # not a hub's database, or one of before there were people
        return False
    finally:
        engine.dispose()


def _reading(file: Path) -> sa.Engine:
    """SQLite's own engine makes files beside the database."""
    return sa.create_engine(f"sqlite:///file:{file.resolve()}?mode=ro&uri=true")
