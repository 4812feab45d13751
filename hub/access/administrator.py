"""Whether anybody can sign in as administrator: read from a database that no hub has opened yet."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from hub.access.people import Role
from hub.access.tables import people


def has_administrator(database_file: Path) -> bool:
    """Whether the database holds an administrator with a password; changes nothing, and makes no file."""
    if not database_file.is_file():
        return False
    engine = sa.create_engine(f"sqlite:///file:{database_file.resolve()}?mode=ro&uri=true")
    able = (
        people.c.role == Role.ADMINISTRATOR.value,
        people.c.disabled.is_(False),
        people.c.password_hash.is_not(None),
    )
    try:
        with engine.connect() as connection:
            return connection.execute(sa.select(people.c.person_id).where(*able).limit(1)).first() is not None
    except sa.exc.DatabaseError:  # not a hub's database, or one of before there were people
        return False
    finally:
        engine.dispose()
