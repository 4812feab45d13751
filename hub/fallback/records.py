"""Reading and writing errands and tries in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from hub.fallback.errand import MOST_TRIES, ErrandState
from hub.fallback.messages import Outcome
from hub.fallback.queue import ErrandKey
from hub.fallback.tables import errands, tries
from hub.storage.database import Database
from hub.storage.pruning import prune
from hub.storage.writer import Change

_e, _t = errands.c, tries.c
_read_ids = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True)
class KeptErrand:
    """One that was not finished when the hub ended."""

    key: ErrandKey
    radio_ids: tuple[str, ...]
    tries: int
    texted: bool
    last_at_us: int | None
    """When its latest try was over, or began if that is all that is known."""


def _is(key: ErrandKey) -> sa.ColumnElement[bool]:
    return sa.and_(_e.alert_id == key.alert_id, _e.venue_id == key.venue_id)


def put_errand(change: Change, key: ErrandKey, radio_ids: Iterable[str]) -> bool:
    """An errand about these radios of a venue, which one under way takes up. False where it is finished."""
    row = change.connection.execute(sa.select(_e.radio_ids, _e.state).where(_is(key))).first()
    if row is None:
        values = {"state": ErrandState.WAITING.value, "asked_at_us": change.at_us}
        ids = msgspec.json.encode(sorted(radio_ids))
        change.connection.execute(sa.insert(errands).values(**key._asdict(), radio_ids=ids, **values))
        return True
    if ErrandState(row.state) is not ErrandState.WAITING:
        return False
    ids = msgspec.json.encode(sorted({*_read_ids(row.radio_ids), *radio_ids}))
    change.connection.execute(sa.update(errands).where(_is(key)).values(radio_ids=ids))
    return True


def begin_try(change: Change, key: ErrandKey, number: int) -> None:
    """Before it is made. Raises IntegrityError where that try was begun before."""
    values = {"number": number, "texted": False, "began_at_us": change.at_us}
    change.connection.execute(sa.insert(tries).values(**key._asdict(), **values))


def end_try(change: Change, key: ErrandKey, number: int, texted: bool, outcome: Outcome, state: ErrandState) -> None:
    """What came of it, and how the errand stands then."""
    values = {"texted": texted, "outcome": outcome.value, "ended_at_us": change.at_us}
    here = (_t.alert_id == key.alert_id, _t.venue_id == key.venue_id, _t.number == number)
    change.connection.execute(sa.update(tries).where(*here).values(values))
    set_state(change, key, state)


def set_state(change: Change, key: ErrandKey, state: ErrandState) -> None:
    """How an errand stands."""
    change.connection.execute(sa.update(errands).where(_is(key)).values(state=state.value))


def unfinished(connection: sa.Connection) -> list[KeptErrand]:
    """Those that an earlier run left, the first asked first."""
    waiting = sa.select(errands).where(_e.state == ErrandState.WAITING.value).order_by(_e.asked_at_us)
    found = []
    for row in connection.execute(waiting).all():
        key = ErrandKey(row.alert_id, row.venue_id)
        here = (_t.alert_id == key.alert_id, _t.venue_id == key.venue_id)
        made = connection.execute(sa.select(tries).where(*here).order_by(_t.number)).all()
        last_at_us = max((one.ended_at_us or one.began_at_us for one in made), default=None)
        texted = any(one.texted for one in made)
        found.append(KeptErrand(key, _read_ids(row.radio_ids), len(made), texted, last_at_us))
    return found


def note_broken_off(change: Change) -> list[tuple[ErrandKey, int, bool]]:
    """Note of each try that the hub ended in the middle of that it was broken off: number and text of each.

    It counts: where it was the last, the errand is given up.
    """
    open_tries = change.connection.execute(sa.select(tries).where(_t.outcome.is_(None))).all()
    values = {"outcome": Outcome.BROKEN_OFF.value, "ended_at_us": change.at_us}
    change.connection.execute(sa.update(tries).where(_t.outcome.is_(None)).values(values))
    for one in open_tries:
        if one.number >= MOST_TRIES:
            set_state(change, ErrandKey(one.alert_id, one.venue_id), ErrandState.GIVEN_UP)
    return [(ErrandKey(one.alert_id, one.venue_id), one.number, one.texted) for one in open_tries]


async def forget_errands(database: Database, alert_ids: Sequence[str]) -> int:
    """Delete the errands of these alerts with their tries; returns how many rows."""
    forgotten = 0
    for table in (tries, errands):
        theirs = sa.select(*table.primary_key.columns).where(table.c.alert_id.in_(alert_ids))
        forgotten += await prune(database, table, theirs)
    return forgotten
