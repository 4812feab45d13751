"""The rows of recorded bursts: written, found, forgotten. Each function is one change or one query."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy as sa

from hub.storage.upserting import insert
from hub.storage.writer import Change
from hub.talk.recording.messages import MAX_PAGE, BurstPage, BurstQuery, BurstView
from hub.talk.tables import bursts

_b = bursts.c
FORGOTTEN_AT_ONCE = 200
"""Rows of one step, so that neither the database nor the disk is held up."""


class Began(NamedTuple):
    """Where a burst stands among all, the oldest first."""

    at_us: int = 0
    burst_id: int = 0


class Venue(NamedTuple):
    """A venue's radios, and the groups that are theirs alone."""

    radio_ids: Collection[str]
    group_ids: Collection[str]


def put(change: Change, values: dict[str, Any]) -> None:
    """Write a burst, whether or not it is there already."""
    adding = insert(bursts).values(values)
    change.connection.execute(adding.on_conflict_do_update(index_elements=[_b.burst_id], set_=values))


def complete(change: Change, values: dict[str, Any]) -> None:
    """Write what is known now of a burst that is there."""
    change.connection.execute(sa.update(bursts).where(_b.burst_id == values["burst_id"]).values(values))


def put_peaks(change: Change, burst_id: int, peaks: bytes) -> None:
    """Keep a burst's waveform."""
    change.connection.execute(sa.update(bursts).where(_b.burst_id == burst_id).values(peaks=peaks))


def of(connection: sa.Connection, burst_id: int) -> sa.Row[Any] | None:
    """The burst's row."""
    return connection.execute(sa.select(bursts).where(_b.burst_id == burst_id)).first()


def under_way(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Bursts whose end was never written."""
    return list(connection.execute(sa.select(bursts).where(_b.duration_s.is_(None))))


def group_ids(connection: sa.Connection) -> list[str]:
    """The groups of all recorded bursts."""
    return list(connection.execute(sa.select(_b.group_id).distinct()).scalars())


def page(connection: sa.Connection, query: BurstQuery, hears: Collection[str] | None, venue: Venue | None) -> BurstPage:
    """Newest first. ``hears``: of these groups alone; ``venue``: said by its radios or to them alone."""
    limit = min(query.limit, MAX_PAGE)
    wanted = sa.select(bursts).order_by(_b.started_at_us.desc(), _b.burst_id.desc()).limit(limit + 1)
    if query.since_ms is not None:
        wanted = wanted.where(_b.started_at_us >= query.since_ms * 1000)
    if query.until_ms is not None:
        wanted = wanted.where(_b.started_at_us < query.until_ms * 1000)
    if query.before is not None:
        last = of(connection, query.before)
        if last is None:
            return BurstPage(items=(), before=None)
        same = sa.and_(_b.started_at_us == last.started_at_us, _b.burst_id < last.burst_id)
        wanted = wanted.where(sa.or_(_b.started_at_us < last.started_at_us, same))
    for column, value in ((_b.group_id, query.group_id), (_b.talker_id, query.talker_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    if hears is not None:
        wanted = wanted.where(_b.group_id.in_(hears))
    if venue is not None:
        wanted = wanted.where(sa.or_(_b.talker_id.in_(venue.radio_ids), _b.group_id.in_(venue.group_ids)))
    rows = connection.execute(wanted).all()
    items = tuple(map(view, rows[:limit]))
    return BurstPage(items=items, before=items[-1].burst_id if items and len(rows) > limit else None)


def view(row: sa.Row[Any]) -> BurstView:
    """A row as it is shown."""
    shown = {name: value for name, value in row._mapping.items() if name in BurstView.__struct_fields__}
    return BurstView(**shown, started_at_ms=row.started_at_us // 1000)


def older_than(connection: sa.Connection, before_us: int, after: Began) -> list[sa.Row[Any]]:
    """The next bursts after ``after`` to forget that began before ``before_us``, oldest first."""
    return list(connection.execute(_over(after).where(_b.started_at_us < before_us)))


def too_many(connection: sa.Connection, most_bytes: int, after: Began) -> list[sa.Row[Any]]:
    """The next bursts after ``after`` to forget so that all files have no more than ``most_bytes``, oldest first."""
    over = (connection.execute(sa.select(sa.func.sum(_b.bytes))).scalar() or 0) - most_bytes
    found = []
    for row in connection.execute(_over(after)) if over > 0 else ():
        if over <= 0:
            break
        found.append(row)
        over -= row.bytes or 0
    return found


def _over(after: Began) -> sa.Select[tuple[int, int, str | None, int | None]]:
    """The oldest bursts after ``after`` that are over."""
    over = sa.select(_b.started_at_us, _b.burst_id, _b.file, _b.bytes).where(_b.duration_s.is_not(None))
    over = over.where(sa.tuple_(_b.started_at_us, _b.burst_id) > sa.tuple_(*after))
    return over.order_by(_b.started_at_us, _b.burst_id).limit(FORGOTTEN_AT_ONCE)


def forget(change: Change, burst_ids: Collection[int]) -> None:
    """Delete these rows."""
    change.connection.execute(sa.delete(bursts).where(_b.burst_id.in_(burst_ids)))
