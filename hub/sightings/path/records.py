"""Reading and writing what officers said of sightings."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.sightings.messages import Verdict
from hub.sightings.path.messages import Mark
from hub.sightings.path.tables import path_marks
from hub.storage.writer import Change


def marks_of(connection: sa.Connection, case_id: str) -> tuple[Mark, ...]:
    """Those of a case, the oldest first."""
    return _marks(connection, sa.select(path_marks).where(path_marks.c.case_id == case_id))


def all_marks(connection: sa.Connection) -> tuple[Mark, ...]:
    """Those of all open cases, the oldest first."""
    return _marks(connection, sa.select(path_marks))


def _marks(connection: sa.Connection, query: sa.Select[Any]) -> tuple[Mark, ...]:
    return tuple(
        Mark(
            case_id=row.case_id,
            sighting_id=row.sighting_id,
            verdict=Verdict(row.verdict),
            marked_by=row.marked_by,
            marked_at_ms=row.marked_at_us // 1000,
        )
        for row in connection.execute(query.order_by(path_marks.c.marked_at_us, path_marks.c.sighting_id))
    )


def put(change: Change, mark: Mark) -> None:
    """Store the last word on a sighting; none is left of one that was taken back."""
    here = sa.and_(path_marks.c.case_id == mark.case_id, path_marks.c.sighting_id == mark.sighting_id)
    change.connection.execute(sa.delete(path_marks).where(here))
    if mark.verdict is not None:
        change.connection.execute(
            sa.insert(path_marks).values(
                case_id=mark.case_id,
                sighting_id=mark.sighting_id,
                verdict=mark.verdict.value,
                marked_by=mark.marked_by,
                marked_at_us=change.at_us,
            )
        )


def delete_of_case(change: Change, case_id: str) -> None:
    """All of a case."""
    change.connection.execute(sa.delete(path_marks).where(path_marks.c.case_id == case_id))
