"""Cases on their way: what people do to them, and what happens when nobody does in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import msgspec
import sqlalchemy as sa
import structlog

from devices.protocol.clock import Clock
from hub.access import audit
from hub.access.audit import Action
from hub.access.people import Person
from hub.cases.machine import CaseAction, Owner, escalated, moved, regraded
from hub.cases.messages import Act, Case, CaseChanged, Regrade
from hub.cases.records import stored, update_case
from hub.cases.service import Cases
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.sightings.query import without_looks
from hub.storage.database import Database
from hub.storage.writer import Change, StorageOverloaded

_log = structlog.get_logger()
LOOK_EVERY_S = 0.5
"""An overdue case goes up within a second."""
FindPerson = Callable[[str], Person | None]


class Flow:
    """Moves open cases from stage to stage, and up where their time is over."""

    def __init__(
        self, cases: Cases, database: Database, events: EventLog, clock: Clock, find_person: FindPerson
    ) -> None:
        """``find_person``: of those who may sign in."""
        self._cases = cases
        self._database = database
        self._events = events
        self._clock = clock
        self._find_person = find_person
        self._due_us: dict[tuple[str, int], int] = {}

    async def act(self, case_id: str, asked: Act, person: Person) -> Case:
        """Do something to a case. Raises Refusal where its stage, the person or whom it goes to does not allow it."""
        if asked.action is CaseAction.CLOSE:
            raise Refusal(
                "outcome_wanted", "结案要写明结果，请用结案操作", "a case is closed with its outcome, by /close"
            )
        (case,) = await self.act_on_all({case_id: asked}, person)
        return case

    async def act_on_all(self, asked: Mapping[str, Act], person: Person) -> tuple[Case, ...]:
        """Something to each of these cases (by case_id), or to none of them. Raises Refusal as ``act``."""
        cases = [await self._cases.gate(case_id) for case_id in asked]
        to = {case_id: self._to(act) for case_id, act in asked.items()}

        def change(open_change: Change) -> tuple[Case, ...]:
            return tuple(
                self.act_within(open_change, case, asked[case.case_id], to[case.case_id], person) for case in cases
            )

        changed = await self._database.write(change)
        for case in changed:
            self._cases.keep(case)
        return changed

    def act_within(self, change: Change, case: Case, asked: Act, to: Owner | None, person: Person) -> Case:
        """As ``act``, in another room's change, which hands the case to ``Cases.keep`` afterwards."""
        self._cases.must_be_open(change, case.case_id)
        standing = stored(change, case.case_id).standing
        now = update_case(change, case.case_id, moved(standing, asked.action, person, change.at_us // 1000, to))
        told = CaseChanged(case=_told(now), action=asked.action, by=person.person_id, note=asked.note.strip())
        self._events.append(change, EventKind.CASE_CHANGED, case.case_id, told)
        audit.record(
            change, person.person_id, Action.MOVE_CASE, detail=asked, case_id=case.case_id, purpose=case.purpose
        )
        return now

    async def regrade(self, case_id: str, asked: Regrade, person: Person) -> Case:
        """Say that a case is of another kind or grade. Raises Refusal where it is closed."""
        case = await self._cases.gate(case_id)

        def change(open_change: Change) -> Case:
            self._cases.must_be_open(open_change, case_id)
            standing = stored(open_change, case_id).standing
            anew = regraded(standing, asked.kind, asked.grade, open_change.at_us // 1000)
            now = update_case(open_change, case_id, anew)
            self._events.append(
                open_change, EventKind.CASE_CHANGED, case_id, CaseChanged(case=_told(now), by=person.person_id)
            )
            audit.record(
                open_change, person.person_id, Action.GRADE_CASE, detail=asked, case_id=case_id, purpose=case.purpose
            )
            return now

        return await self._kept(change)

    async def run(self) -> None:
        """Send up what is overdue, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Send up what is overdue now. One that cannot be stored stays due, and keeps no other waiting."""
        for case in self._due():
            try:
                await self._send_up(case)
            except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
                _log.error("case.not_stored", case=case.case_id, error=str(error))

    def _due(self) -> list[Case]:
        """The open cases whose time is over by the machine's own clock: the wall's says it once, when a deadline is
        seen first, and may leap afterwards."""
        now_us, wall_us = self._clock.monotonic_us(), self._clock.wall_us()
        due_us, overdue = {}, []
        for case in self._cases.opened:
            assert case.standing.deadline_ms is not None  # as every open case has
            known = case.case_id, case.standing.deadline_ms
            due_us[known] = self._due_us.get(known, now_us + case.standing.deadline_ms * 1000 - wall_us)
            if due_us[known] <= now_us:
                overdue.append(case)
        self._due_us = due_us
        return overdue

    async def _send_up(self, seen: Case) -> None:
        def change(open_change: Change) -> Case | None:
            case = stored(open_change, seen.case_id)
            if case.standing != seen.standing:
                return None  # somebody acted meanwhile
            now = update_case(open_change, case.case_id, escalated(case.standing, open_change.at_us // 1000))
            self._events.append(open_change, EventKind.CASE_CHANGED, case.case_id, CaseChanged(case=_told(now)))
            return now

        case = await self._database.write(change)
        if case is not None:
            self._cases.keep(case)
            _log.warning("case.overdue", case=case.case_id, stage=case.standing.stage, times=case.standing.overdue)

    async def _kept(self, change: Callable[[Change], Case]) -> Case:
        case = await self._database.write(change)
        self._cases.keep(case)
        return case

    def _to(self, asked: Act) -> Owner | None:
        if asked.to_person_id is None:
            return None if asked.to_role is None else Owner(role=asked.to_role)
        person = self._find_person(asked.to_person_id)
        if person is None:
            raise Refusal(
                "unknown_person",
                f"没有人员 {asked.to_person_id}",
                f"there is nobody {asked.to_person_id}",
                field="to_person_id",
            )
        return Owner(role=person.role, person_id=person.person_id)


def _told(case: Case) -> Case:
    """As an event keeps it: how somebody in a photo looks is kept by a running watch alone."""
    watches = tuple(msgspec.structs.replace(watch, query=without_looks(watch.query)) for watch in case.watches)
    return msgspec.structs.replace(case, watches=watches)
