"""Reading and writing exports in the database."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from hub.footage.exports.blurring import Blur
from hub.footage.exports.clip import Cut
from hub.footage.exports.messages import NEXT, Export, ExportMade, ExportState, Failure
from hub.footage.exports.tables import footage_exports
from hub.storage.writer import Change

_e = footage_exports.c
_ALIVE = (ExportState.WAITING.value, ExportState.RUNNING.value)
_encode = msgspec.json.encode


def export_of(row: Any, progress: float = 0.0) -> Export:
    """A row; ``progress`` of one under way is known to who makes it."""
    state = ExportState(row.state)
    return Export(
        export_id=row.export_id,
        case_id=row.case_id,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        from_ms=row.from_us // 1000,
        until_ms=row.until_us // 1000,
        cut=Cut(row.cut),
        blur=Blur(row.blur),
        sought=msgspec.json.decode(row.sought, type=tuple[str, ...]),
        reason=row.reason,
        asked_by=row.asked_by,
        asked_by_name=row.asked_by_name,
        asked_at_ms=row.asked_at_us // 1000,
        state=state,
        progress=1.0 if state is ExportState.DONE else progress if state is ExportState.RUNNING else 0.0,
        finished_at_ms=None if row.finished_at_us is None else row.finished_at_us // 1000,
        bytes=row.bytes,
        made=None if row.made is None else msgspec.json.decode(row.made, type=ExportMade),
        failure=None if row.failure is None else msgspec.json.decode(row.failure, type=Failure),
    )


def insert(change: Change, export: Export) -> None:
    """Store a new one."""
    change.connection.execute(
        sa.insert(footage_exports).values(
            export_id=export.export_id,
            case_id=export.case_id,
            camera_id=export.camera_id,
            camera_name=export.camera_name,
            from_us=export.from_ms * 1000,
            until_us=export.until_ms * 1000,
            cut=export.cut.value,
            blur=export.blur.value,
            sought=_encode(export.sought),
            reason=export.reason,
            asked_by=export.asked_by,
            asked_by_name=export.asked_by_name,
            asked_at_us=export.asked_at_ms * 1000,
            state=export.state.value,
            attempts=0,
        )
    )


def find(connection: sa.Connection, export_id: str) -> Export | None:
    """One export."""
    row = connection.execute(sa.select(footage_exports).where(_e.export_id == export_id)).first()
    return None if row is None else export_of(row)


def of_case(connection: sa.Connection, case_id: str, most: int | None) -> list[Export]:
    """The ``most`` newest of a case that are not deleted, newest first; None: all of them."""
    newest = sa.select(footage_exports).where(_e.case_id == case_id, _e.state != ExportState.DELETED.value)
    rows = connection.execute(newest.order_by(_e.asked_at_us.desc()).limit(most))
    return [export_of(row) for row in rows]


def under_way(connection: sa.Connection, case_id: str, person_id: str) -> tuple[int, int]:
    """How many of a case wait or are being made, and how many of what a person asked for."""
    alive = sa.select(sa.func.count()).where(_e.state.in_(_ALIVE))
    of_case = connection.execute(alive.where(_e.case_id == case_id)).scalar_one()
    return of_case, connection.execute(alive.where(_e.asked_by == person_id)).scalar_one()


def next_waiting(connection: sa.Connection, settled_us: int, now_us: int) -> Export | None:
    """Of the person who had none for longest, the one asked for first; none that ended since ``settled_us``."""
    other = footage_exports.alias()
    had = sa.select(sa.func.max(other.c.finished_at_us)).where(other.c.asked_by == _e.asked_by, other.c.attempts > 0)
    settled = sa.or_(_e.until_us <= settled_us, _e.until_us > now_us)
    waiting = sa.select(footage_exports).where(_e.state == ExportState.WAITING.value, settled)
    in_turn = waiting.order_by(had.scalar_subquery().asc().nulls_first(), _e.asked_at_us)
    row = connection.execute(in_turn.limit(1)).first()
    return None if row is None else export_of(row)


def first_end_us(connection: sa.Connection) -> int | None:
    """When the clip ends that ends first of those that wait."""
    first = sa.select(sa.func.min(_e.until_us)).where(_e.state == ExportState.WAITING.value)
    end_us: int | None = connection.execute(first).scalar_one()
    return end_us


def turn(
    change: Change,
    export_id: str,
    state: ExportState,
    *,
    made: ExportMade | None = None,
    size_bytes: int | None = None,
    failure: Failure | None = None,
) -> Export | None:
    """Have it in this state; None where it is none of those that may become so (messages.NEXT)."""
    from_states = [before.value for before, after in NEXT.items() if state in after]
    values: dict[str, Any] = {"state": state.value}
    if state is ExportState.RUNNING:
        values["attempts"] = _e.attempts + 1
    if state not in (ExportState.RUNNING, ExportState.WAITING):
        values["finished_at_us"] = change.at_us
    if made is not None:
        values |= {"made": _encode(made), "bytes": size_bytes}
    if failure is not None:
        values["failure"] = _encode(failure)
    mine = sa.update(footage_exports).where(_e.export_id == export_id, _e.state.in_(from_states))
    if not change.connection.execute(mine.values(**values)).rowcount:
        return None
    return find(change.connection, export_id)


def interrupted(connection: sa.Connection) -> list[tuple[str, int]]:
    """Those under which the hub ended, each with how often it was begun."""
    running = sa.select(_e.export_id, _e.attempts).where(_e.state == ExportState.RUNNING.value)
    return [(row.export_id, row.attempts) for row in connection.execute(running)]


def done(connection: sa.Connection) -> list[Export]:
    """All that have a file, the oldest first."""
    with_file = sa.select(footage_exports).where(_e.state == ExportState.DONE.value)
    return [export_of(row) for row in connection.execute(with_file.order_by(_e.finished_at_us))]


def case_ids(connection: sa.Connection) -> list[str]:
    """The cases of which exports are known."""
    return list(connection.execute(sa.select(_e.case_id).distinct()).scalars())


def forget_case(change: Change, case_id: str) -> int:
    """Delete the rows of a case; how many."""
    return change.connection.execute(sa.delete(footage_exports).where(_e.case_id == case_id)).rowcount
