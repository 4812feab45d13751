"""The procedure's front door. What it knows is one record in the database, changed in the transactions of what happens:
a killed hub goes on where it was, and tells nobody twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import msgspec
import sqlalchemy as sa
import structlog

from hub.access import audit
from hub.access.audit import Action
from hub.access.people import Person
from hub.alerts.service import Alerts
from hub.cases.flow import Flow
from hub.cases.limits import CaseKind, Grade, Stage
from hub.cases.machine import CaseAction
from hub.cases.messages import Act, NewCase
from hub.cases.service import Cases
from hub.cases.watching import Watching
from hub.describing.service import Photos
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.found.messages import CloseFound, Verdict
from hub.found.service import FoundRoom
from hub.missing_child import machine, records
from hub.missing_child.alerting import Alerting
from hub.missing_child.hearing import Hearing
from hub.missing_child.looking import Looking, ReadPhoto
from hub.missing_child.messages import (
    ChangeMissingChild,
    Evidence,
    EvidenceKind,
    EvidenceState,
    GoBeyond,
    JudgeEvidence,
    Known,
    MissingChild,
    NewEvidence,
    NewMissingChild,
    Place,
    SayFound,
    SetStep,
    StepName,
)
from hub.missing_child.walking import Walking
from hub.missing_child.words import FOUND_TEXT, OVER_TEXT, PURPOSE, TITLE
from hub.rooms import Rooms
from hub.sightings.path.service import Paths
from hub.storage.identifiers import new_id
from hub.storage.writer import Change, StorageOverloaded

_log = structlog.get_logger()
LOOK_EVERY_S = 0.5
"""What falls due is done within so long; what happens is looked at as it happens."""
MOST_AT_ONCE = 20
"""Procedures that go on; a further one is refused."""
LOST_AGO_S = 120.0
"""Whoever misses a child has looked around before: so long before the key she was seen last, where nobody says when. A
judgement; with the key's own time the first ring would be too small."""


class MissingChildren:
    """Procedures that go on, in memory as they are in the database."""

    def __init__(
        self,
        rooms: Rooms,
        cases: Cases,
        flow: Flow,
        alerts: Alerts,
        found: FoundRoom,
        paths: Paths,
        watching: Watching,
        walking: Walking,
        photos: Photos,
        read_photo: ReadPhoto,
        find_person: Callable[[str], Person | None],
    ) -> None:
        """``read_photo``: of the media; ``find_person``: of those who may sign in."""
        self._database = rooms.database
        self._events = rooms.events
        self._registry = rooms.registry
        self._clock = rooms.clock
        self._cases, self._flow, self._alerts, self._found = cases, flow, alerts, found
        self._paths, self._watching = paths, watching
        self._walking = walking
        self._open: dict[str, MissingChild] = {}
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Lock] = {}
        self._find_person = find_person
        self._alerting = Alerting(alerts, self._registry, walking, self.change, self._changed, self._keep)
        self._looking = Looking(cases, photos, read_photo, find_person, self.change, self._open.get)
        self._anchor_us = (0, 0)
        """The wall's clock and the machine's own as the first of those that go on began: a leap is no time."""

    def open(self) -> None:
        """Load those that go on, and hear what happens; before the hub serves anyone."""
        for child in self._database.read_now(records.not_cleared):
            self._open[child.case_id] = child
        self._anchor_us = self._clock.wall_us(), self._clock.monotonic_us()
        hearing = Hearing(self._registry, self._alerts, self._walking, self._changed, self._keep)
        hearing.listen(self._found, self._paths, self._watching)
        self._cases.when_closing(self._case_closing)

    async def run(self) -> None:
        """See to what falls due, until cancelled."""
        for child in list(self._open.values()):
            self._looking.resume(child)
        while True:
            await self.look()
            try:
                await asyncio.wait_for(self._wake.wait(), LOOK_EVERY_S)
            except TimeoutError:
                continue
            self._wake.clear()

    async def stop(self) -> None:
        """Give up what is being searched."""
        await self._looking.stop()

    async def look(self) -> None:
        """See to what is due now. One that cannot be stored stays due, and keeps no other waiting."""
        for case_id in list(self._open):
            try:
                await self._see_to(case_id)
            except (StorageOverloaded, sa.exc.SQLAlchemyError, Refusal) as error:
                _log.error("missing_child.not_seen_to", case=case_id, error=str(error))

    async def start(self, new: NewMissingChild, person: Person, idempotency_key: str | None = None) -> MissingChild:
        """The key: returns when the first alert is stored.

        The same person's same ``idempotency_key`` again returns what it began. Raises Refusal for an unknown venue, and
        where too many go on.
        """
        if len(self._open) >= MOST_AT_ONCE:
            words = (f"最多同时 {MOST_AT_ONCE} 起寻找", f"at most {MOST_AT_ONCE} procedures at once")
            raise Refusal("too_many_procedures", *words, status=409)
        position = self._position(new.last_seen)
        known = machine.known_of(new)
        case = await self._cases.open_case(
            NewCase(
                kind=CaseKind.MISSING_PERSON,
                grade=Grade.GRAVEST,
                title=TITLE,
                purpose=PURPOSE,
                last_seen_at_ms=new.last_seen_at_ms,
                last_seen_venue_id=new.last_seen.venue_id if new.last_seen is not None else None,
                description_text=known.description_text.strip() or None,
            ),
            person,
            idempotency_key,
        )
        if not self._open:
            self._anchor_us = self._clock.wall_us(), self._clock.monotonic_us()

        def begin(change: Change) -> MissingChild:
            earlier = records.find(change.connection, case.case_id)
            if earlier is not None:
                return earlier
            now_ms = self._now_ms()
            told = self._told(new, position, now_ms, person)
            child = machine.begun(case.case_id, new, person, now_ms, told)
            records.insert(change, child)
            self._tell(change, child)
            audit.record(
                change,
                person.person_id,
                Action.SEEK_CHILD,
                detail=machine.known_of(msgspec.structs.replace(new, like=())),
                case_id=case.case_id,
                purpose=case.purpose,
            )
            return child

        child = await self._database.write(begin)
        if child.is_cleared or child.case_id in self._open:
            return await self.find(case.case_id)
        self._open[child.case_id] = child
        self._looking.begin(child)
        await self._see_to(child.case_id)
        return await self.find(case.case_id)

    @property
    def opened(self) -> tuple[MissingChild, ...]:
        """Those that go on, the latest first."""
        return tuple(sorted(self._open.values(), key=lambda child: -child.started_at_ms))

    async def of_open_cases(self) -> tuple[MissingChild, ...]:
        """What a console shows at first: those that go on, and those that are over while their case is open."""
        case_ids = [case.case_id for case in self._cases.opened]
        found = await self._database.read(partial(records.of_cases, case_ids=case_ids))
        return tuple(map(_without_look, found))

    async def find(self, case_id: str) -> MissingChild:
        """The one of this case, over or not. Raises Refusal where there is none."""
        child = self._open.get(case_id) or await self._database.read(partial(records.find, case_id=case_id))
        if child is None:
            raise _unknown(case_id)
        return child

    async def learn(self, case_id: str, order: ChangeMissingChild, person: Person) -> MissingChild:
        """More, or something else, is known: alerts say it, search and watch begin anew where it concerns them.

        Raises Refusal for an unknown venue, and where it is over.
        """
        before = await self.find(case_id)
        known = machine.changed_known(before.known, order)
        position = self._position(known.last_seen)

        def step(child: MissingChild, now_ms: int) -> MissingChild:
            known = machine.changed_known(child.known, order)
            told = self._told(known, position, child.started_at_ms, person)
            return machine.with_known(child, known, told, now_ms)

        after = await self._by(case_id, person, Action.SEEK_CHILD, order, step)
        if after.known != before.known:
            self._looking.begin(after)
            await self._reword(case_id)
        return self._open.get(case_id, after)

    async def set_step(self, case_id: str, name: StepName, order: SetStep, person: Person) -> MissingChild:
        """Switch a step off, or on anew. Raises Refusal."""
        before = await self.find(case_id)
        after = await self._by(
            case_id,
            person,
            Action.SEEK_CHILD,
            order,
            lambda child, now_ms: machine.switched(child, name, order.on, person, now_ms),
        )
        if name in (StepName.SEARCH, StepName.WATCH):
            self._looking.begin(after, only=name)
        elif name is StepName.EXITS and after.step(name).state is not before.step(name).state:
            await self._reword(case_id)
        return self._open.get(case_id, after)

    async def add_evidence(self, case_id: str, new: NewEvidence, person: Person) -> MissingChild:
        """Somebody told the police room where she was: that is sure. Raises Refusal."""
        position = self._position(new.place)
        assert position is not None
        evidence_id = new_id("E")

        def step(child: MissingChild, now_ms: int) -> MissingChild:
            evidence = Evidence(
                evidence_id=evidence_id,
                kind=EvidenceKind.TOLD,
                state=EvidenceState.SURE,
                at_ms=now_ms - round(new.ago_s * 1000),
                latitude=position[0],
                longitude=position[1],
                venue_id=new.place.venue_id,
                by=person.person_id,
                text=new.text.strip(),
            )
            return machine.with_evidence(child, evidence, now_ms)

        return await self._by(case_id, person, Action.SEEK_CHILD, new, step)

    async def judge(self, case_id: str, evidence_id: str, order: JudgeEvidence, person: Person) -> MissingChild:
        """An officer's word on a piece of evidence. Raises Refusal."""

        def step(child: MissingChild, now_ms: int) -> MissingChild:
            return machine.judged(child, evidence_id, order.verdict, now_ms)

        return await self._by(case_id, person, Action.SEEK_CHILD, order, step)

    async def go_beyond(self, case_id: str, order: GoBeyond, person: Person) -> MissingChild:
        """Whether to go beyond the community: all its venues are alerted then. Raises Refusal."""
        await self._by(
            case_id, person, Action.SEEK_CHILD, order, lambda child, now_ms: machine.decided(child, order.go, now_ms)
        )
        await self._see_to(case_id)
        return await self.find(case_id)

    async def say_found(self, case_id: str, order: SayFound, person: Person) -> MissingChild:
        """The officer has looked. If it is she, everything is over everywhere. Raises Refusal."""
        machine.must_go_on(child := await self.find(case_id))
        if order.found_id is not None:
            if order.found_id not in child.found_ids:
                raise Refusal("unknown_found", "没有这条记录", f"there is no {order.found_id}", status=404)
            closing = CloseFound(verdict=order.verdict, note=order.note)
            await self._found.close(order.found_id, closing, person.person_id)
        elif order.verdict is Verdict.THE_CHILD:
            await self._by(
                case_id,
                person,
                Action.CLOSE_FOUND,
                order,
                lambda child, now_ms: machine.ended(child, True, person.person_id, now_ms),
            )
        await self._see_to(case_id)
        return await self.find(case_id)

    async def change(self, case_id: str, move: machine.Move) -> MissingChild | None:
        """Something has happened. None where there is no such procedure."""
        child = await self._database.write(lambda change: self._changed(change, case_id, move))
        self._keep(child)
        return child

    async def _by(
        self, case_id: str, person: Person, action: Action, detail: msgspec.Struct, step: machine.Move
    ) -> MissingChild:
        def change(open_change: Change) -> MissingChild:
            child = self._changed(open_change, case_id, step)
            if child is None:
                raise _unknown(case_id)
            told = msgspec.structs.replace(detail, like=()) if getattr(detail, "like", None) else detail
            audit.record(open_change, person.person_id, action, detail=told, case_id=case_id, purpose=PURPOSE)
            return child

        child = await self._database.write(change)
        self._keep(child)
        return child

    def _changed(self, change: Change, case_id: str, step: machine.Move) -> MissingChild | None:
        """In the writer's thread; where nothing is another, nothing is told."""
        before = records.find(change.connection, case_id)
        if before is None:
            return None
        after = step(before, self._now_ms())
        if after != before:
            records.update(change, after)
            self._tell(change, after)
        return after

    def _tell(self, change: Change, child: MissingChild) -> None:
        self._events.append(change, EventKind.MISSING_CHILD_CHANGED, child.case_id, _without_look(child))

    def _keep(self, child: MissingChild | None) -> None:
        """Writes return in their order, so that the last one is the latest."""
        if child is None:
            return
        if child.is_cleared:
            self._open.pop(child.case_id, None)
            self._busy.pop(child.case_id, None)
        else:
            self._open[child.case_id] = child
            self._wake.set()

    def _now_ms(self) -> int:
        wall_us, began_us = self._anchor_us
        return (wall_us + self._clock.monotonic_us() - began_us) // 1000

    async def _see_to(self, case_id: str) -> None:
        """What is due of one: nothing is done twice, whoever asks."""
        async with self._busy.setdefault(case_id, asyncio.Lock()):
            child = self._open.get(case_id)
            if child is None:
                return
            if not self._cases.is_open(case_id):
                child = await self.change(case_id, _closed) or child
            if child.ended_at_ms is not None:
                await self._clear(child)
                return
            if machine.is_to_be_proposed(child, self._now_ms()):
                child = await self.change(case_id, _proposed) or child
            await self._alerting.see_to(child, self._now_ms())

    async def _reword(self, case_id: str) -> None:
        async with self._busy.setdefault(case_id, asyncio.Lock()):
            child = self._open.get(case_id)
            if child is not None and child.ended_at_ms is None:
                await self._alerting.reword(child)

    async def _clear(self, child: MissingChild) -> None:
        """It is over: everybody who was told is told so, and nothing looks for her any more."""
        assert child.ended_by is not None
        await self._looking.end(child)
        await self._alerting.cancel(child, FOUND_TEXT if child.was_found else OVER_TEXT, child.ended_by)
        if child.was_found:
            await self._hand_on(child.case_id, child.ended_by)
        await self.change(child.case_id, lambda child, _: msgspec.structs.replace(child, is_cleared=True))

    async def _hand_on(self, case_id: str, by: str) -> None:
        """The case waits for its outcome."""
        case, person = await self._cases.find(case_id), self._find_person(by)
        if case is None or person is None or case.standing.stage is not Stage.HANDLE:
            return
        try:
            await self._flow.act(case_id, Act(action=CaseAction.HANDLED, note="孩子已经找到"), person)
        except Refusal as refusal:  # somebody else has moved it meanwhile
            _log.info("missing_child.case_not_moved", case=case_id, why=refusal.message_en)

    def _case_closing(self, change: Change, case_id: str) -> None:
        """The next look tells everybody."""
        self._changed(change, case_id, _closed)

    def _position(self, place: Place | None) -> tuple[float, float] | None:
        position = None if place is None else self._walking.position(place)
        if place is not None and position is None:
            words = (f"没有场所 {place.venue_id}", f"there is no venue {place.venue_id}")
            raise Refusal("unknown_venue", *words, field="last_seen.venue_id")
        return position

    def _told(
        self, known: Known, position: tuple[float, float] | None, pressed_at_ms: int, person: Person
    ) -> Evidence | None:
        if position is None:
            return None
        return Evidence(
            evidence_id=machine.TOLD_ID,
            kind=EvidenceKind.TOLD,
            state=EvidenceState.SURE,
            at_ms=known.last_seen_at_ms or pressed_at_ms - round(LOST_AGO_S * 1000),
            latitude=position[0],
            longitude=position[1],
            venue_id=known.last_seen.venue_id if known.last_seen is not None else None,
            by=person.person_id,
        )


def _proposed(child: MissingChild, now_ms: int) -> MissingChild:
    return machine.proposed(child, now_ms) if machine.is_to_be_proposed(child, now_ms) else child


def _closed(child: MissingChild, now_ms: int) -> MissingChild:
    return machine.ended(child, False, child.started_by, now_ms)


def _without_look(child: MissingChild) -> MissingChild:
    return msgspec.structs.replace(child, known=msgspec.structs.replace(child.known, like=()))


def _unknown(case_id: str) -> Refusal:
    return Refusal("unknown_procedure", f"案件 {case_id} 没有寻找", f"no procedure goes on for {case_id}", status=404)
