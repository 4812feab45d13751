"""Asks as their readers see them: whoever is asked their own line, who made it and the police room all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import msgspec
import sqlalchemy as sa

from hub.access.entrant import Entrant
from hub.access.people import COMMUNITY, Person
from hub.access.permissions import Right
from hub.response.limits import AskKind
from hub.response.machine import LineState, Phase
from hub.response.messages import PAGE, SHOWN_LINES, Ask, Asks, Line, Name, Part
from hub.response.records import Record, find_record, records
from hub.response.tables import ask_grids, ask_lines, ask_pictures, asks

_a, _l, _g, _p = asks.c, ask_lines.c, ask_grids.c, ask_pictures.c
_BEHIND_FIRST = sa.case({state.value: number for number, state in enumerate(LineState)}, value=_l.state)
FindPerson = Callable[[str], Person | None]


class Wanted(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``GET /api/asks`` asks for."""

    mine: bool = False
    open: bool = False
    before: Name | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE)] = PAGE


class Reader(NamedTuple):
    """Whoever reads: the person, whether they direct, and where; ``grid_ids`` is None for the whole community."""

    person_id: str
    directs: bool
    grid_ids: frozenset[str] | None
    sees_cases: bool


def reader_of(entrant: Entrant, grid_ids: tuple[str, ...]) -> Reader:
    """``grid_ids``: those of the entrant's places."""
    whole = COMMUNITY in entrant.person.places
    return Reader(
        person_id=entrant.person.person_id,
        directs=entrant.may(Right.DIRECT, ()),
        grid_ids=None if whole else frozenset(grid_ids),
        sees_cases=entrant.may(Right.SEE_CASES),
    )


def is_in_room_of(reader: Reader, record: Record) -> bool:
    """Whether the ask concerns a grid for which the reader directs."""
    if not reader.directs or reader.grid_ids is None or record.grid_ids is None:
        return reader.directs
    return not reader.grid_ids.isdisjoint(record.grid_ids)


def concerns(reader: Reader) -> sa.ColumnElement[bool]:
    """The asks that somebody made, is to answer, or directs the grids of."""
    mine = _mine(reader)
    if not reader.directs:
        return mine
    if reader.grid_ids is None:
        return sa.true()
    here = sa.select(_g.ask_id).where(_g.grid_id.in_(reader.grid_ids))
    return sa.or_(mine, _a.everywhere, _a.ask_id.in_(here))


def _mine(reader: Reader) -> sa.ColumnElement[bool]:
    asked = sa.select(_l.ask_id).where(_l.person_id == reader.person_id)
    return sa.or_(_a.made_by == reader.person_id, _a.ask_id.in_(asked))


def page_of(connection: sa.Connection, wanted: Wanted, reader: Reader, find_person: FindPerson) -> Asks:
    """The asks that are wanted, newest first; of what goes down no lines but the reader's own."""
    query = sa.select(asks).where(_mine(reader) if wanted.mine else concerns(reader))
    if wanted.open:
        query = query.where(_a.phase != Phase.CLOSED.value)
    if wanted.before is not None:
        last = sa.select(_a.made_at_us, _a.ask_id).where(_a.ask_id == wanted.before)
        query = query.where(sa.tuple_(_a.made_at_us, _a.ask_id) < last.scalar_subquery())
    query = query.order_by(_a.made_at_us.desc(), _a.ask_id.desc()).limit(wanted.limit + 1)
    found = records(connection, query)
    shown = found[: wanted.limit]
    reports = [one.ask_id for one in shown if one.kind is AskKind.REPORT]
    views = _views(connection, shown, reports, reader, find_person)
    return Asks(asks=tuple(views), next=shown[-1].ask_id if len(found) > len(shown) else None)


def view_of(connection: sa.Connection, ask_id: str, reader: Reader, find_person: FindPerson) -> Ask | None:
    """One ask; None where there is none, or it does not concern the reader."""
    found = find_record(connection, sa.and_(_a.ask_id == ask_id, concerns(reader)))
    return None if found is None else _views(connection, [found], [ask_id], reader, find_person)[0]


def is_shown(connection: sa.Connection, media_id: str, reader: Reader) -> bool:
    """Whether an ask that concerns the reader has this picture, and it is the ask's, their own, or for the room."""
    query = sa.select(asks).join(ask_pictures, _p.ask_id == _a.ask_id).where(_p.media_id == media_id, concerns(reader))
    for found in records(connection, query):
        if is_in_room_of(reader, found) or found.made_by == reader.person_id:
            return True
        brought_by = sa.select(_p.person_id).where(_p.ask_id == found.ask_id, _p.media_id == media_id)
        if found.made_by in set(connection.execute(brought_by).scalars()):
            return True
    return False


def _views(
    connection: sa.Connection, found: list[Record], with_lines: list[str], reader: Reader, find_person: FindPerson
) -> list[Ask]:
    ids = [one.ask_id for one in found]
    pictures: dict[tuple[str, str], list[str]] = {}
    brought = sa.select(_p.ask_id, _p.person_id, _p.media_id).where(_p.ask_id.in_(ids)).order_by(_p.position)
    for ask_id, person_id, media_id in connection.execute(brought):
        pictures.setdefault((ask_id, person_id), []).append(media_id)

    def line(row: Any) -> Line:
        return Line(
            person_id=row.person_id,
            name=_name(find_person, row.person_id),
            grid_id=row.grid_id,
            state=LineState(row.state),
            state_at_ms=row.state_at_us // 1000,
            text=row.text,
            pictures=tuple(pictures.get((row.ask_id, row.person_id), ())),
        )

    own = sa.select(ask_lines).where(_l.ask_id.in_(ids), _l.person_id == reader.person_id)
    mine = {row.ask_id: line(row) for row in connection.execute(own)}
    views = []
    for one in found:
        lines: list[Line] = []
        if one.ask_id in with_lines and (is_in_room_of(reader, one) or one.made_by == reader.person_id):
            behind_first = sa.select(ask_lines).where(_l.ask_id == one.ask_id).order_by(_BEHIND_FIRST, _l.person_id)
            lines = [line(row) for row in connection.execute(behind_first.limit(SHOWN_LINES))]
        own_pictures = tuple(pictures.get((one.ask_id, one.made_by), ()))
        views.append(_ask(one, mine.get(one.ask_id), tuple(lines), own_pictures, reader, find_person))
    return views


def _ask(
    one: Record,
    mine: Line | None,
    lines: tuple[Line, ...],
    pictures: tuple[str, ...],
    reader: Reader,
    find_person: FindPerson,
) -> Ask:
    standing = one.standing
    return Ask(
        ask_id=one.ask_id,
        kind=one.kind,
        matter=standing.matter,
        grade=standing.grade,
        text=one.text,
        place=one.place,
        grid_ids=one.grid_ids,
        pictures=pictures,
        case_id=one.case_id if reader.sees_cases else None,
        passes_on=one.passes_on,
        made_by=one.made_by,
        made_by_name=_name(find_person, one.made_by),
        made_at_ms=one.made_at_us // 1000,
        closed_at_ms=None if one.closed_at_us is None else one.closed_at_us // 1000,
        closed_by=one.closed_by,
        closing_text=one.closing_text,
        phase=standing.phase,
        answer_by_ms=standing.answer_by_ms,
        finish_by_ms=standing.finish_by_ms,
        deadline_ms=standing.deadline_ms,
        level=standing.level,
        whom=standing.whom,
        tally=standing.tally,
        mine=mine,
        lines=lines,
    )


def _name(find_person: FindPerson, person_id: str) -> str:
    person = find_person(person_id)
    return person_id if person is None else person.name
