"""The front door: the list of mediators, and what is done about a dispute, each together with the case's own way on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from hub.access import audit
from hub.access.audit import Action
from hub.access.people import Person
from hub.cases.flow import Flow
from hub.cases.limits import CaseKind, Stage
from hub.cases.machine import CaseAction, Owner
from hub.cases.messages import Act, Case
from hub.cases.records import all_case_ids, stored
from hub.cases.service import Cases
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.mediation import tables
from hub.mediation.choosing import propose
from hub.mediation.messages import (
    MOST_ATTEMPTS,
    MOST_MEDIATORS,
    Attempt,
    BeginMediation,
    EndMediation,
    Mediated,
    Mediation,
    MediationView,
    Mediator,
    NewMediator,
    NewVisit,
    SetClass,
    Visit,
    What,
)
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.identifiers import new_id
from hub.storage.pruning import prune
from hub.storage.writer import Change

_m, _c = tables.mediators.c, tables.case_mediations.c
_read_state = msgspec.json.Decoder(Mediation).decode
_read_mediator = msgspec.json.Decoder(Mediator).decode
Made = tuple[Mediation, Mediated, CaseAction | None]
"""The state afterwards, what is told, and what it does to the case."""


class MediatorSet(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on the list; the telephone number is left out."""

    mediator_id: str
    name: str
    removed: bool = False


class MediationRoom:
    """Nothing is kept in memory: a community has a few dozen mediators, and at most 50 open cases."""

    def __init__(self, database: Database, events: EventLog, registry: Registry, cases: Cases, flow: Flow) -> None:
        self._database = database
        self._events = events
        self._registry = registry
        self._cases = cases
        self._flow = flow

    async def mediators(self) -> tuple[Mediator, ...]:
        """The list, by name."""
        return await self._database.read(_mediators)

    async def put_mediator(self, mediator_id: str | None, new: NewMediator, person: Person) -> Mediator:
        """Add one (None), or change one. Raises Refusal where there is none of that id, too many, or no such grid."""
        unknown = [one for one in new.grid_ids if one not in self._registry.grids]
        if unknown:
            raise Refusal("unknown_grid", f"没有网格 {unknown[0]}", f"no grid {unknown[0]}", field="grid_ids")
        fields = {name: getattr(new, name) for name in NewMediator.__struct_fields__}
        made = Mediator(mediator_id=mediator_id or new_id("M"), **fields)

        def change(open_change: Change) -> Mediator:
            known = {one.mediator_id for one in _mediators(open_change.connection)}
            if mediator_id is not None and mediator_id not in known:
                raise _unknown_mediator(mediator_id)
            if mediator_id is None and len(known) >= MOST_MEDIATORS:
                words = (f"调解员最多 {MOST_MEDIATORS} 名", f"at most {MOST_MEDIATORS} mediators")
                raise Refusal("too_many_mediators", *words, status=409)
            open_change.connection.execute(sa.delete(tables.mediators).where(_m.mediator_id == made.mediator_id))
            row = {"mediator_id": made.mediator_id, "record": msgspec.json.encode(made)}
            open_change.connection.execute(sa.insert(tables.mediators).values(row))
            detail = MediatorSet(mediator_id=made.mediator_id, name=made.name)
            audit.record(open_change, person.person_id, Action.SET_MEDIATORS, detail=detail)
            return made

        return await self._database.write(change)

    async def remove_mediator(self, mediator_id: str, person: Person) -> None:
        """Take one off the list; what they mediated stays. Raises Refusal where there is none of that id."""

        def change(open_change: Change) -> None:
            known = {one.mediator_id: one for one in _mediators(open_change.connection)}
            if mediator_id not in known:
                raise _unknown_mediator(mediator_id)
            open_change.connection.execute(sa.delete(tables.mediators).where(_m.mediator_id == mediator_id))
            detail = MediatorSet(mediator_id=mediator_id, name=known[mediator_id].name, removed=True)
            audit.record(open_change, person.person_id, Action.SET_MEDIATORS, detail=detail)

        await self._database.write(change)

    async def view(self, case_id: str) -> MediationView:
        """What was tried, and who should now. Raises Refusal for what is no open dispute."""
        case = await self._dispute(case_id)
        open_ids = [one.case_id for one in self._cases.opened]

        def read(connection: sa.Connection) -> tuple[Mediation, tuple[Mediator, ...], Counter[str]]:
            states = connection.execute(sa.select(_c.state).where(_c.case_id.in_(open_ids))).scalars()
            going = [state.going for state in map(_read_state, states)]
            return (
                _state(connection, case_id),
                _mediators(connection),
                Counter(one.mediator_id for one in going if one is not None),
            )

        state, known, going = await self._database.read(read)
        venue = self._registry.venues.get(case.last_seen_venue_id or "")
        failed = {one.route for one in state.attempts if one.agreed is False}
        if any(not visit.solved for visit in state.visits):
            failed |= {one.route for one in state.attempts}
        proposals = propose(
            known, state.dispute_class, case.standing.grade, None if venue is None else venue.grid_id, failed, going
        )
        return MediationView(
            **{name: getattr(state, name) for name in Mediation.__struct_fields__}, proposals=proposals
        )

    async def set_class(self, case_id: str, order: SetClass, person: Person) -> Mediation:
        """Say what it is about. Raises Refusal."""

        def make(_change: Change, state: Mediation, _case: Case) -> Made:
            after = msgspec.structs.replace(state, dispute_class=order.dispute_class)
            return after, _told(after, What.CLASS_SET, person), None

        return await self._made(case_id, person, make)

    async def begin(self, case_id: str, order: BeginMediation, person: Person) -> Mediation:
        """Have a mediator take it; a case that is to be dispatched is then handled by who says so. Raises Refusal."""

        def make(change: Change, state: Mediation, case: Case) -> Made:
            known = {one.mediator_id: one for one in _mediators(change.connection)}
            chosen = known.get(order.mediator_id)
            if chosen is None:
                raise _unknown_mediator(order.mediator_id)
            if state.going is not None:
                words = (f"{state.going.name} 正在调解", f"{state.going.name} mediates it already")
                raise Refusal("mediation_goes_on", *words, status=409)
            if len(state.attempts) >= MOST_ATTEMPTS:
                raise Refusal("too_many_attempts", "调解次数太多", "too many attempts", status=409)
            if case.standing.stage not in (Stage.DISPATCH, Stage.HANDLE):
                raise Refusal("wrong_stage", "先核实，再调解", "verify first, then mediate", status=409)
            attempt = Attempt(
                mediator_id=chosen.mediator_id,
                name=chosen.name,
                route=chosen.route,
                begun_at_ms=change.at_us // 1000,
                begun_by=person.person_id,
                appointed_at_ms=order.appointed_at_ms,
            )
            after = msgspec.structs.replace(state, attempts=(*state.attempts, attempt))
            told = _told(after, What.BEGUN, person, attempt)
            return after, told, CaseAction.DISPATCH if case.standing.stage is Stage.DISPATCH else None

        return await self._made(case_id, person, make)

    async def end(self, case_id: str, order: EndMediation, person: Person) -> Mediation:
        """What came of it: agreed, the case waits for the visit; not agreed, it is dispatched anew. Raises Refusal."""

        def make(change: Change, state: Mediation, case: Case) -> Made:
            going = state.going
            if going is None:
                raise Refusal("no_mediation", "没有正在进行的调解", "no mediation goes on", status=409)
            ended = msgspec.structs.replace(
                going, agreed=order.agreed, text=order.text.strip(), ended_at_ms=change.at_us // 1000
            )
            after = msgspec.structs.replace(state, attempts=(*state.attempts[:-1], ended))
            told = _told(after, What.ENDED, person, ended, order.agreed, ended.text)
            if case.standing.stage is not Stage.HANDLE:
                return after, told, None
            return after, told, CaseAction.HANDLED if order.agreed else CaseAction.GIVE_BACK

        return await self._made(case_id, person, make)

    async def visit(self, case_id: str, order: NewVisit, person: Person) -> Mediation:
        """Somebody asked afterwards: unsolved, the case is dispatched anew, by another route. Raises Refusal."""

        def make(change: Change, state: Mediation, case: Case) -> Made:
            if case.standing.stage is not Stage.FEED_BACK:
                raise Refusal("wrong_stage", "处置完毕后才回访", "a visit comes after it was handled", status=409)
            if len(state.visits) >= MOST_ATTEMPTS:
                raise Refusal("too_many_visits", "回访次数太多", "too many visits", status=409)
            text = order.text.strip()
            visit = Visit(at_ms=change.at_us // 1000, by=person.person_id, solved=order.solved, text=text)
            after = msgspec.structs.replace(state, visits=(*state.visits, visit))
            told = _told(after, What.VISITED, person, None, order.solved, text)
            return after, told, None if order.solved else CaseAction.UNSOLVED

        return await self._made(case_id, person, make)

    async def forget(self) -> int:
        """Delete what belongs to cases that are kept no longer; returns how many."""
        gone = sa.select(_c.case_id).where(_c.case_id.not_in(all_case_ids()))
        return await prune(self._database, tables.case_mediations, gone)

    async def _made(self, case_id: str, person: Person, make: Callable[[Change, Mediation, Case], Made]) -> Mediation:
        """One transaction: the state, what is told, the audit record, and the case's step."""
        await self._dispute(case_id)

        def change(open_change: Change) -> tuple[Mediation, Case | None]:
            self._cases.must_be_open(open_change, case_id)
            case = stored(open_change, case_id)
            after, told, action = make(open_change, _state(open_change.connection, case_id), case)
            open_change.connection.execute(sa.delete(tables.case_mediations).where(_c.case_id == case_id))
            row = {"case_id": case_id, "state": msgspec.json.encode(after)}
            open_change.connection.execute(sa.insert(tables.case_mediations).values(row))
            self._events.append(open_change, EventKind.CASE_MEDIATED, case_id, told)
            audit.record(
                open_change, person.person_id, Action.MEDIATE, detail=told, case_id=case_id, purpose=case.purpose
            )
            if action is None:
                return after, None
            to = Owner(role=person.role, person_id=person.person_id)
            return after, self._flow.act_within(open_change, case, Act(action=action), to, person)

        after, moved = await self._database.write(change)
        if moved is not None:
            self._cases.keep(moved)
        return after

    async def _dispute(self, case_id: str) -> Case:
        case = await self._cases.gate(case_id)
        if case.standing.kind is not CaseKind.DISPUTE:
            raise Refusal("no_dispute", "这不是纠纷案件", "this case is no dispute", status=409)
        return case


def _told(
    state: Mediation,
    what: What,
    person: Person,
    attempt: Attempt | None = None,
    good: bool | None = None,
    text: str = "",
) -> Mediated:
    return Mediated(
        case_id=state.case_id,
        what=what,
        by=person.person_id,
        name=person.name,
        dispute_class=state.dispute_class,
        mediator=attempt.name if attempt is not None else None,
        route=attempt.route if attempt is not None else None,
        good=good,
        text=text,
    )


def _state(connection: sa.Connection, case_id: str) -> Mediation:
    state = connection.execute(sa.select(_c.state).where(_c.case_id == case_id)).scalar()
    return Mediation(case_id=case_id) if state is None else _read_state(state)


def _mediators(connection: sa.Connection) -> tuple[Mediator, ...]:
    rows: list[Any] = list(connection.execute(sa.select(_m.record)).scalars())
    return tuple(sorted(map(_read_mediator, rows), key=lambda one: (one.name, one.mediator_id)))


def _unknown_mediator(mediator_id: str) -> Refusal:
    return Refusal("unknown_mediator", "没有这名调解员", f"there is no mediator {mediator_id}", status=404)
