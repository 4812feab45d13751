"""Reading and writing cases and watches in the database."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa

from hub.access.audit import cases_named
from hub.access.people import Role
from hub.cases.limits import CaseKind, Grade, Stage
from hub.cases.machine import Owner, Standing
from hub.cases.messages import Case, Watch
from hub.cases.tables import cases, watches
from hub.sightings.messages import Description, Query
from hub.sightings.query import without_looks
from hub.storage.database import Database
from hub.storage.pruning import prune
from hub.storage.writer import Change

FORGOTTEN_AT_ONCE = 200


def case_of(row: Any, found: tuple[Watch, ...]) -> Case:
    """A row of ``cases`` with its watches."""
    return Case(
        case_id=row.case_id,
        title=row.title,
        purpose=row.purpose,
        standing=_standing_of(row),
        opened_at_ms=row.opened_at_us // 1000,
        opened_by=row.opened_by,
        closed_at_ms=_ms(row.closed_at_us),
        outcome=row.outcome,
        last_seen_at_ms=_ms(row.last_seen_at_us),
        last_seen_venue_id=row.last_seen_venue_id,
        description=msgspec.json.decode(row.description, type=Description) if row.description else None,
        watches=found,
    )


def watch_of(row: Any) -> Watch:
    """A row of ``watches``."""
    return Watch(
        watch_id=row.watch_id,
        case_id=row.case_id,
        query=msgspec.json.decode(row.query, type=Query),
        words=row.words,
        started_at_ms=row.started_at_us // 1000,
        ended_at_ms=_ms(row.ended_at_us),
    )


def find_case(connection: sa.Connection, case_id: str) -> Case | None:
    """One case with its watches."""
    row = connection.execute(sa.select(cases).where(cases.c.case_id == case_id)).first()
    return None if row is None else case_of(row, _watches(connection, case_id))


def find_by_key(connection: sa.Connection, key: str) -> Case | None:
    """The case that was opened under this key, as ``own_key`` makes it."""
    case_id = connection.execute(sa.select(cases.c.case_id).where(cases.c.idempotency_key == key)).scalar()
    return None if case_id is None else find_case(connection, case_id)


def all_case_ids() -> sa.Select[tuple[str]]:
    """Of every case that is kept."""
    return sa.select(cases.c.case_id)


def latest_cases(connection: sa.Connection, ended: int) -> tuple[Case, ...]:
    """All open cases and the latest ``ended`` closed ones, newest first."""
    newest = sa.select(cases).order_by(cases.c.opened_at_us.desc())
    rows = [
        *connection.execute(newest.where(cases.c.stage != Stage.CLOSED.value)),
        *connection.execute(newest.where(cases.c.stage == Stage.CLOSED.value).limit(ended)),
    ]
    return tuple(case_of(row, _watches(connection, row.case_id)) for row in rows)


def insert_case(change: Change, case: Case, key: str | None) -> None:
    """Store a new case."""
    values = msgspec.structs.asdict(case)
    description, standing = values.pop("description"), values.pop("standing")
    values.pop("watches")
    for name in ("opened_at", "closed_at", "last_seen_at"):
        at_ms = values.pop(f"{name}_ms")
        values[f"{name}_us"] = None if at_ms is None else at_ms * 1000
    coded = None if description is None else msgspec.json.encode(description)
    values |= _columns_of(standing) | {"description": coded, "idempotency_key": key}
    change.connection.execute(sa.insert(cases).values(**values))


def update_case(change: Change, case_id: str, standing: Standing, **values: Any) -> Case:
    """Store how a case stands now, and other columns; returns the case as the change leaves it."""
    update = sa.update(cases).where(cases.c.case_id == case_id)
    change.connection.execute(update.values(**_columns_of(standing), **values))
    return stored(change, case_id)


def stored(change: Change, case_id: str) -> Case:
    """The case, which there is, as this change leaves it."""
    case = find_case(change.connection, case_id)
    assert case is not None
    return case


def insert_watch(change: Change, watch: Watch) -> None:
    """Store a new watch."""
    change.connection.execute(
        sa.insert(watches).values(
            watch_id=watch.watch_id,
            case_id=watch.case_id,
            query=msgspec.json.encode(watch.query),
            words=watch.words,
            started_at_us=watch.started_at_ms * 1000,
        )
    )


def end_watches(change: Change, condition: sa.ColumnElement[bool]) -> tuple[Watch, ...]:
    """End the watches that fulfil ``condition`` and are on; returns them as ended, a photo's looks deleted."""
    on = sa.and_(condition, watches.c.ended_at_us.is_(None))
    ended = []
    for row in list(change.connection.execute(sa.select(watches).where(on))):
        watch = watch_of(row)
        watch = msgspec.structs.replace(watch, query=without_looks(watch.query), ended_at_ms=change.at_us // 1000)
        values = {"ended_at_us": change.at_us, "query": msgspec.json.encode(watch.query)}
        change.connection.execute(sa.update(watches).where(watches.c.watch_id == watch.watch_id).values(**values))
        ended.append(watch)
    return tuple(ended)


def watches_on(change: Change, watch_ids: Collection[str]) -> frozenset[str]:
    """Which of these watches are on as this change begins."""
    on = sa.select(watches.c.watch_id).where(watches.c.watch_id.in_(watch_ids), watches.c.ended_at_us.is_(None))
    return frozenset(change.connection.execute(on).scalars())


async def forget_cases(database: Database, before_us: int) -> int:
    """Delete cases that were closed before then and that no audit record names any more; returns how many."""
    forgotten, after = 0, ""
    while page := await database.read(lambda connection: _closed(connection, before_us, after)):  # noqa: B023
        after = page[-1]
        named = await database.read(partial(cases_named, case_ids=page))
        going = [case_id for case_id in page if case_id not in named]
        theirs = sa.select(watches.c.watch_id).where(watches.c.case_id.in_(going))
        await prune(database, watches, theirs)
        forgotten += await prune(database, cases, sa.select(cases.c.case_id).where(cases.c.case_id.in_(going)))
    return forgotten


def _closed(connection: sa.Connection, before_us: int, after: str) -> list[str]:
    old = sa.select(cases.c.case_id).where(cases.c.closed_at_us < before_us, cases.c.case_id > after)
    return list(connection.execute(old.order_by(cases.c.case_id).limit(FORGOTTEN_AT_ONCE)).scalars())


def _watches(connection: sa.Connection, case_id: str) -> tuple[Watch, ...]:
    query = sa.select(watches).where(watches.c.case_id == case_id).order_by(watches.c.started_at_us)
    return tuple(watch_of(row) for row in connection.execute(query))


def _standing_of(row: Any) -> Standing:
    owner = None if row.owner_role is None else Owner(role=Role(row.owner_role), person_id=row.owner_person_id)
    return Standing(
        kind=CaseKind(row.kind),
        grade=Grade(row.grade),
        stage=Stage(row.stage),
        since_ms=row.stage_since_us // 1000,
        owner=owner,
        deadline_ms=_ms(row.deadline_us),
        overdue=row.overdue,
    )


def _columns_of(standing: Standing) -> dict[str, Any]:
    owner, deadline_ms = standing.owner, standing.deadline_ms
    return {
        "kind": standing.kind.value,
        "grade": standing.grade.value,
        "stage": standing.stage.value,
        "stage_since_us": standing.since_ms * 1000,
        "owner_role": None if owner is None else owner.role.value,
        "owner_person_id": None if owner is None else owner.person_id,
        "deadline_us": None if deadline_ms is None else deadline_ms * 1000,
        "overdue": standing.overdue,
    }


def _ms(at_us: int | None) -> int | None:
    return None if at_us is None else at_us // 1000
