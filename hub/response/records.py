"""Reading and writing asks, their lines, answers and pictures in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from hub.cases.limits import CaseKind, Grade
from hub.response.limits import AskKind
from hub.response.machine import LineState, Phase, Standing, Tally, overdue
from hub.response.messages import AskPlace, AskSum, GridSum, NewAnswer, Sum
from hub.response.tables import ask_answers, ask_grids, ask_lines, ask_pictures, asks
from hub.response.whom import Asked
from hub.storage.database import Database
from hub.storage.pruning import prune
from hub.storage.upserting import insert
from hub.storage.writer import Change

FORGOTTEN_AT_ONCE = 200
_COUNTS = tuple(state.value for state in LineState)
_a, _l, _g, _p = asks.c, ask_lines.c, ask_grids.c, ask_pictures.c


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``asks``; ``grid_ids`` are None where it concerns all."""

    ask_id: str
    text: str
    place: AskPlace
    grid_ids: tuple[str, ...] | None
    case_id: str | None
    passes_on: str | None
    made_by: str
    made_at_us: int
    closed_at_us: int | None = None
    closed_by: str | None = None
    closing_text: str = ""
    standing: Standing

    @property
    def kind(self) -> AskKind:
        """Which way it goes."""
        return self.standing.kind

    def as_standing(self, standing: Standing) -> Record:
        """The same ask, standing so."""
        return msgspec.structs.replace(self, standing=standing)


def insert_lines(change: Change, ask_id: str, asked: Sequence[Asked]) -> None:
    """Store lines of an ask that is to come."""
    rows = [
        {
            "ask_id": ask_id,
            "person_id": one.person_id,
            "grid_id": one.grid_id,
            "state": LineState.WAITING.value,
            "state_at_us": change.at_us,
            "text": "",
        }
        for one in asked
    ]
    if rows:
        change.connection.execute(sa.insert(ask_lines), rows)


def insert_ask(change: Change, record: Record, key: str | None, pictures: Iterable[str]) -> None:
    """Store an ask whose lines are there; ``pictures`` are what its maker brought."""
    connection = change.connection
    values = {
        "ask_id": record.ask_id,
        "text": record.text,
        **msgspec.structs.asdict(record.place),
        "everywhere": record.grid_ids is None,
        "case_id": record.case_id,
        "passes_on": record.passes_on,
        "made_by": record.made_by,
        "made_at_us": record.made_at_us,
        "idempotency_key": key,
        "closing_text": "",
    }
    connection.execute(sa.insert(asks).values(**values, **_columns_of(record.standing)))
    grids = [{"ask_id": record.ask_id, "grid_id": grid_id} for grid_id in record.grid_ids or ()]
    if grids:
        connection.execute(sa.insert(ask_grids), grids)
    insert_pictures(change, record.ask_id, record.made_by, pictures)


def insert_pictures(change: Change, ask_id: str, person_id: str, pictures: Iterable[str]) -> None:
    """Store that somebody brought these; one that they brought before stays where it was."""
    brought = sa.select(sa.func.count()).where(_p.ask_id == ask_id)
    position: int = change.connection.execute(brought).scalar_one()
    for media_id in pictures:
        values = {"ask_id": ask_id, "media_id": media_id, "person_id": person_id, "position": position}
        change.connection.execute(insert(ask_pictures).values(values).on_conflict_do_nothing())
        position += 1


def drop_lines(change: Change, ask_id: str) -> None:
    """Take back the lines of an ask that does not come."""
    change.connection.execute(sa.delete(ask_lines).where(_l.ask_id == ask_id))


def find_record(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Record | None:
    """The one ask that fulfils ``condition``."""
    found = records(connection, sa.select(asks).where(condition).limit(1))
    return found[0] if found else None


def records(connection: sa.Connection, query: sa.Select[Any]) -> list[Record]:
    """The asks that ``query``, of ``asks``, finds, in its order."""
    rows = connection.execute(query).all()
    ids = [row.ask_id for row in rows if not row.everywhere]
    grids: dict[str, list[str]] = {}
    for ask_id, grid_id in connection.execute(
        sa.select(_g.ask_id, _g.grid_id).where(_g.ask_id.in_(ids)).order_by(_g.grid_id)
    ):
        grids.setdefault(ask_id, []).append(grid_id)
    return [_record(row, None if row.everywhere else tuple(grids.get(row.ask_id, ()))) for row in rows]


def load_open(connection: sa.Connection) -> list[Record]:
    """All open asks."""
    return records(connection, sa.select(asks).where(_a.phase != Phase.CLOSED.value))


def pictures_of_open(connection: sa.Connection) -> dict[str, list[str]]:
    """The pictures of each open ask and of its answers."""
    query = sa.select(_p.ask_id, _p.media_id).join(asks, _a.ask_id == _p.ask_id)
    found: dict[str, list[str]] = {}
    for ask_id, media_id in connection.execute(query.where(_a.phase != Phase.CLOSED.value)):
        found.setdefault(ask_id, []).append(media_id)
    return found


def has_answer(connection: sa.Connection, person_id: str, message_id: str) -> bool:
    """Whether this person said this already."""
    known = sa.select(ask_answers.c.message_id)
    mine = (ask_answers.c.person_id == person_id, ask_answers.c.message_id == message_id)
    return connection.execute(known.where(*mine)).first() is not None


def line_state(connection: sa.Connection, ask_id: str, person_id: str) -> tuple[LineState, int] | None:
    """How far somebody's line is, and since when (UTC, microseconds); None: they have none."""
    query = sa.select(_l.state, _l.state_at_us).where(_l.ask_id == ask_id, _l.person_id == person_id)
    row = connection.execute(query).first()
    return None if row is None else (LineState(row.state), row.state_at_us)


def put_answer(
    change: Change, ask_id: str, asked: Asked, said: NewAnswer, after: LineState, pressed_at_us: int
) -> None:
    """Store what somebody said, and their line as it is by that."""
    connection, person_id = change.connection, asked.person_id
    line = {"grid_id": asked.grid_id, "state": after.value, "state_at_us": pressed_at_us, "text": said.text.strip()}
    adding = insert(ask_lines).values(ask_id=ask_id, person_id=person_id, **line)
    changed = {name: value for name, value in line.items() if name != "grid_id"}
    connection.execute(adding.on_conflict_do_update(index_elements=[_l.ask_id, _l.person_id], set_=changed))
    connection.execute(
        sa.insert(ask_answers).values(
            person_id=person_id,
            message_id=said.message_id,
            ask_id=ask_id,
            step=said.step.value,
            text=said.text.strip(),
            pressed_at_us=pressed_at_us,
            at_us=change.at_us,
        )
    )
    insert_pictures(change, ask_id, person_id, said.pictures)


def update_ask(change: Change, ask_id: str, standing: Standing, **values: Any) -> None:
    """Store how it stands, and other columns."""
    update = sa.update(asks).where(_a.ask_id == ask_id)
    change.connection.execute(update.values(**_columns_of(standing), **values))


def sum_of(connection: sa.Connection, ask_id: str, now_ms: int) -> Sum:
    """The sum of an ask and of all that passes it on."""
    whole = _NOTHING
    for row in connection.execute(sa.select(asks).where(_a.ask_id.in_(_and_passed_on(ask_id)))):
        standing = _standing_of(row)
        whole = _added(whole, standing, standing.tally, now_ms)
    return whole


def grid_sums_of(connection: sa.Connection, ask_id: str, now_ms: int) -> AskSum:
    """The same, grid by grid, in the order of their names."""
    ids = _and_passed_on(ask_id)
    standings = {row.ask_id: _standing_of(row) for row in connection.execute(sa.select(asks).where(_a.ask_id.in_(ids)))}
    counted = sa.select(_l.ask_id, _l.grid_id, _l.state, sa.func.count()).where(_l.ask_id.in_(standings))
    counts: dict[tuple[str, str | None], dict[str, int]] = {}
    for of_ask, grid_id, state, number in connection.execute(counted.group_by(_l.ask_id, _l.grid_id, _l.state)):
        counts.setdefault((of_ask, grid_id), {})[state] = number
    grids: dict[str | None, Sum] = {}
    for (of_ask, grid_id), number_in in counts.items():
        grids[grid_id] = _added(grids.get(grid_id, _NOTHING), standings[of_ask], Tally(**number_in), now_ms)
    whole = _NOTHING
    for standing in standings.values():
        whole = _added(whole, standing, standing.tally, now_ms)
    named = sorted(grids.items(), key=lambda item: item[0] or "")
    return AskSum(ask_id=ask_id, whole=whole, grids=tuple(GridSum(grid_id=grid, sum=one) for grid, one in named))


_NOTHING = Sum(asked=0, waiting=0, taken=0, arrived=0, done=0, cannot=0, overdue=0)


def _added(before: Sum, standing: Standing, tally: Tally, now_ms: int) -> Sum:
    more = msgspec.structs.asdict(tally) | {"asked": tally.asked, "overdue": overdue(standing, tally, now_ms)}
    return Sum(**{name: number + more[name] for name, number in msgspec.structs.asdict(before).items()})


def _and_passed_on(ask_id: str) -> sa.Select[Any]:
    tree = sa.select(_a.ask_id).where(_a.ask_id == ask_id).cte("tree", recursive=True)
    tree = tree.union(sa.select(_a.ask_id).where(_a.passes_on == tree.c.ask_id))
    return sa.select(tree.c.ask_id)


def open_tree(connection: sa.Connection, ask_id: str) -> list[Record]:
    """Those that are open of an ask and of all that passes it on."""
    query = sa.select(asks).where(_a.ask_id.in_(_and_passed_on(ask_id)), _a.phase != Phase.CLOSED.value)
    return records(connection, query.order_by(_a.made_at_us, _a.ask_id))


async def forget_asks(database: Database, before_us: int) -> int:
    """Delete asks that were closed before then, and lines of ones that never came; returns how many asks."""
    forgotten = 0
    closed = sa.select(_a.ask_id).where(_a.closed_at_us < before_us).order_by(_a.ask_id).limit(FORGOTTEN_AT_ONCE)
    while page := await database.read(lambda connection: list(connection.execute(closed).scalars())):
        for table in (ask_grids, ask_lines, ask_answers, ask_pictures):
            theirs = sa.select(*table.primary_key.columns).where(table.c.ask_id.in_(page))
            await prune(database, table, theirs)
        forgotten += await prune(database, asks, sa.select(_a.ask_id).where(_a.ask_id.in_(page)))
    orphans = sa.select(*ask_lines.primary_key.columns).where(
        _l.state_at_us < before_us, ~sa.exists().where(_a.ask_id == _l.ask_id)
    )
    await prune(database, ask_lines, orphans)
    return forgotten


def _record(row: Any, grid_ids: tuple[str, ...] | None) -> Record:
    return Record(
        ask_id=row.ask_id,
        text=row.text,
        place=AskPlace(
            latitude=row.latitude, longitude=row.longitude, accuracy_m=row.accuracy_m, venue_id=row.venue_id
        ),
        grid_ids=grid_ids,
        case_id=row.case_id,
        passes_on=row.passes_on,
        made_by=row.made_by,
        made_at_us=row.made_at_us,
        closed_at_us=row.closed_at_us,
        closed_by=row.closed_by,
        closing_text=row.closing_text,
        standing=_standing_of(row),
    )


def _standing_of(row: Any) -> Standing:
    return Standing(
        kind=AskKind(row.kind),
        matter=None if row.matter is None else CaseKind(row.matter),
        grade=Grade(row.grade),
        phase=Phase(row.phase),
        tally=Tally(**{name: getattr(row, name) for name in _COUNTS}),
        answer_by_ms=row.answer_by_us // 1000,
        finish_by_ms=_ms(row.finish_by_us),
        deadline_ms=_ms(row.deadline_us),
        level=row.level,
    )


def _columns_of(standing: Standing) -> dict[str, Any]:
    return {
        "kind": standing.kind.value,
        "matter": None if standing.matter is None else standing.matter.value,
        "grade": standing.grade.value,
        "phase": standing.phase.value,
        **msgspec.structs.asdict(standing.tally),
        "answer_by_us": standing.answer_by_ms * 1000,
        "finish_by_us": _us(standing.finish_by_ms),
        "deadline_us": _us(standing.deadline_ms),
        "level": standing.level,
    }


def _ms(at_us: int | None) -> int | None:
    return None if at_us is None else at_us // 1000


def _us(at_ms: int | None) -> int | None:
    return None if at_ms is None else at_ms * 1000
