"""Reading and writing procedures in the database."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from hub.missing_child.messages import MissingChild
from hub.missing_child.tables import missing_children
from hub.storage.database import Database
from hub.storage.writer import Change

_m = missing_children.c
_read = msgspec.json.Decoder(MissingChild).decode


def insert(change: Change, child: MissingChild) -> None:
    """Store a new one."""
    change.connection.execute(sa.insert(missing_children).values(_columns(child)))


def update(change: Change, child: MissingChild) -> None:
    """Store it as it stands."""
    change.connection.execute(sa.update(missing_children).where(_m.case_id == child.case_id).values(_columns(child)))


def find(connection: sa.Connection, case_id: str) -> MissingChild | None:
    """The one of this case."""
    state = connection.execute(sa.select(_m.state).where(_m.case_id == case_id)).scalar()
    return None if state is None else _read(state)


def of_cases(connection: sa.Connection, case_ids: Sequence[str]) -> tuple[MissingChild, ...]:
    """Those of these cases, over or not."""
    states = connection.execute(sa.select(_m.state).where(_m.case_id.in_(case_ids)).order_by(_m.case_id)).scalars()
    return tuple(_read(state) for state in states)


def not_cleared(connection: sa.Connection) -> list[MissingChild]:
    """Those that go on, or have ended and not everybody was told."""
    states = connection.execute(sa.select(_m.state).where(_m.is_cleared.is_(False)).order_by(_m.case_id)).scalars()
    return [_read(state) for state in states]


async def forget_missing_children(database: Database, before_us: int) -> int:
    """Delete those that ended before then; returns how many."""
    old = sa.delete(missing_children).where(_m.ended_at_us < before_us, _m.is_cleared.is_(True))
    return await database.write(lambda change: change.connection.execute(old).rowcount)


def _columns(child: MissingChild) -> dict[str, object]:
    return {
        "case_id": child.case_id,
        "state": msgspec.json.encode(child),
        "ended_at_us": None if child.ended_at_ms is None else child.ended_at_ms * 1000,
        "is_cleared": child.is_cleared,
    }
