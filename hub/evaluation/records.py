"""Reading and writing the days' sums in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from hub.evaluation.sums import VenueDay
from hub.evaluation.tables import venue_days
from hub.storage.database import Database
from hub.storage.pruning import prune
from hub.storage.writer import Change

_t = venue_days.c
_read_duties = msgspec.json.Decoder(VenueDay).decode


class KeptDay(NamedTuple):
    """One venue's day (YYYY-MM-DD) and the grid in which it lay then."""

    day: str
    venue_id: str
    grid_id: str
    duties: VenueDay


def put_day(change: Change, day: str, sums: Mapping[str, VenueDay], grid_of: Mapping[str, str]) -> None:
    """Store a day's sums and no others of that day. ``grid_of``: venue and its grid."""
    change.connection.execute(sa.delete(venue_days).where(_t.day == day))
    rows = [
        {"day": day, "venue_id": venue_id, "grid_id": grid_of[venue_id], "duties": msgspec.json.encode(duties)}
        for venue_id, duties in sums.items()
    ]
    if rows:
        change.connection.execute(sa.insert(venue_days), rows)


def load_days(connection: sa.Connection) -> frozenset[str]:
    """The days that have sums."""
    return frozenset(connection.execute(sa.select(_t.day).distinct()).scalars())


def load(connection: sa.Connection, first_day: str, before_day: str) -> list[KeptDay]:
    """The sums from the first day until before the other, in order."""
    these = sa.and_(_t.day >= first_day, _t.day < before_day)
    columns = sa.select(_t.day, _t.venue_id, _t.grid_id, _t.duties)
    found = connection.execute(columns.where(these).order_by(_t.day, _t.venue_id))
    return [KeptDay(day, venue_id, grid_id, _read_duties(duties)) for day, venue_id, grid_id, duties in found]


async def forget_days(database: Database, before_day: str) -> int:
    """Delete the sums of the days before; returns how many."""
    return await prune(database, venue_days, sa.select(_t.day, _t.venue_id).where(_t.day < before_day))
