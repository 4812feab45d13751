"""The cases room's front door: opening and closing, and the one gate through which footage is searched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import msgspec
import sqlalchemy as sa

from devices.protocol.clock import Clock
from hub.access import audit
from hub.access.audit import Action
from hub.access.people import Person
from hub.cases import tables
from hub.cases.coverage import Asked, completed
from hub.cases.limits import Stage
from hub.cases.machine import CaseAction, begun, moved
from hub.cases.messages import Case, CloseCase, NewCase, SearchMade, Watch
from hub.cases.nearby import Nearby
from hub.cases.questions import Questions
from hub.cases.records import (
    end_watches,
    find_by_key,
    find_case,
    insert_case,
    insert_watch,
    latest_cases,
    stored,
    update_case,
)
from hub.cases.searching import Asker, Searching, Wish
from hub.cases.views import SightingView, view_of
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.service import Registry
from hub.sightings.feedback import NOTHING_SAID, Said
from hub.sightings.messages import (
    Coverage,
    Query,
    SearchAnswer,
    SightingSummary,
    summary,
)
from hub.sightings.query import is_meant, without_looks
from hub.sightings.service import CameraPlace, SightingService
from hub.storage.database import Database
from hub.storage.identifiers import new_id, own_key
from hub.storage.writer import Change
from hub.vision.service import Vision

SHOWN_ENDED = 20
MAX_OPEN = 50
MAX_WATCHES = 20
"""Watches that are on in one case; a further one is refused."""


class LookedAt(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on a look at one sighting."""

    sighting_id: str


class Cases:
    """Open cases in memory, all of them in the database. Whatever looks at footage passes ``gate``."""

    def __init__(
        self,
        database: Database,
        events: EventLog,
        registry: Registry,
        sightings: SightingService,
        vision: Vision,
        clock: Clock,
        nearby: Nearby,
    ) -> None:
        self._database = database
        self._events = events
        self._registry = registry
        self._sightings = sightings
        self._vision = vision
        self._clock = clock
        self.questions = Questions(registry, sightings, nearby, clock)
        self._searching = Searching()
        self._open: dict[str, Case] = {}
        self.said: Callable[[str], Said] = lambda _case_id: NOTHING_SAID
        self.observe_search: Callable[[float], None] = lambda seconds: None
        self._end_theirs: list[Callable[[Change, str], None]] = []

    def open(self) -> None:
        """Load the open cases; before the hub serves anyone."""
        found = self._database.read_now(lambda connection: latest_cases(connection, 0))
        self._open = {case.case_id: case for case in found}

    async def stop(self) -> None:
        """Give up the searches that go on; before the sightings are closed."""
        await self._searching.stop()

    @property
    def watches(self) -> list[Watch]:
        """The watches that are on."""
        return [watch for case in self._open.values() for watch in case.watches if watch.ended_at_ms is None]

    @property
    def opened(self) -> tuple[Case, ...]:
        """The open cases."""
        return tuple(self._open.values())

    def is_open(self, case_id: str) -> bool:
        """Whether there is a case of that id and it is not closed."""
        return case_id in self._open

    def places(self) -> tuple[CameraPlace, ...]:
        """Every camera with the venue it stands at, as the sightings room needs them."""
        return tuple(CameraPlace(camera_id=c.camera_id, venue_id=c.venue_id) for c in self._registry.cameras.values())

    async def latest(self) -> tuple[Case, ...]:
        """The cases a console shows at first."""
        return await self._database.read(lambda connection: latest_cases(connection, SHOWN_ENDED))

    async def gate(self, case_id: str) -> Case:
        """The open case. Raises Refusal where there is none, or it is closed: footage opens in open cases alone."""
        case = self._open.get(case_id)
        if case is not None:
            return case
        known = await self._database.read(lambda connection: find_case(connection, case_id))
        if known is None:
            raise Refusal("unknown_case", f"没有案件 {case_id}", f"there is no case {case_id}", status=404)
        raise _case_closed()

    async def find(self, case_id: str) -> Case | None:
        """The case, open or closed; None where it is not known, or no longer."""
        return self._open.get(case_id) or await self._database.read(lambda connection: find_case(connection, case_id))

    def when_closing(self, end_theirs: Callable[[Change, str], None]) -> None:
        """Have ``end_theirs`` called with the id of each case that closes, in the change that closes it."""
        self._end_theirs.append(end_theirs)

    def must_be_open(self, change: Change, case_id: str) -> None:
        """Raises Refusal when the case was closed since the gate let the request through."""
        _must_be_open(change, case_id)

    async def open_case(self, new: NewCase, person: Person, idempotency_key: str | None = None) -> Case:
        """Open a case; the same person's same ``idempotency_key`` again returns the case that it opened.

        Raises Refusal for an unknown venue or a purpose of blanks.
        """
        key = None if idempotency_key is None else own_key(person.person_id, idempotency_key)
        if key is not None and (known := await self._database.read(partial(find_by_key, key=key))) is not None:
            return known
        if not new.title.strip() or not new.purpose.strip():
            raise Refusal("empty_purpose", "请写明案由和目的", "say what the case is and what for", field="purpose")
        if new.last_seen_venue_id is not None and new.last_seen_venue_id not in self._registry.venues:
            raise Refusal("unknown_venue", "没有这个场所", "there is no such venue", field="last_seen_venue_id")
        if len(self._open) >= MAX_OPEN:
            raise Refusal("too_many_cases", f"最多同时 {MAX_OPEN} 个案件", f"at most {MAX_OPEN} open cases", status=409)
        understood = await self.questions.describe(new.description_text) if new.description_text else None
        now_ms = self._clock.wall_us() // 1000
        case = Case(
            case_id=new_id("K"),
            title=new.title.strip(),
            purpose=new.purpose.strip(),
            standing=begun(new.kind, new.grade, person, now_ms),
            opened_at_ms=now_ms,
            opened_by=person.person_id,
            closed_at_ms=None,
            outcome=None,
            last_seen_at_ms=new.last_seen_at_ms,
            last_seen_venue_id=new.last_seen_venue_id,
            description=understood.description if understood else None,
        )

        def change(open_change: Change) -> Case:
            if key is not None and (known := find_by_key(open_change.connection, key)) is not None:
                return known
            insert_case(open_change, case, key)
            self._events.append(open_change, EventKind.CASE_OPENED, case.case_id, case)
            self._note(open_change, person, Action.OPEN_CASE, case, new)
            return case

        opened = await self._database.write(change)
        if opened is case:
            self._open[case.case_id] = case
        return opened

    async def close_case(self, case_id: str, request: CloseCase, person: Person) -> Case:
        """Close a case; its watches end with it. Raises Refusal for whoever may not."""
        case = await self.gate(case_id)

        def change(open_change: Change) -> Case:
            _must_be_open(open_change, case_id)
            for watch in end_watches(open_change, tables.watches.c.case_id == case_id):
                self._events.append(open_change, EventKind.WATCH_ENDED, watch.watch_id, watch)
            for end_theirs in self._end_theirs:
                end_theirs(open_change, case_id)
            now_us = open_change.at_us
            standing = moved(stored(open_change, case_id).standing, CaseAction.CLOSE, person, now_us // 1000)
            closed = update_case(open_change, case_id, standing, closed_at_us=now_us, outcome=request.outcome)
            self._events.append(open_change, EventKind.CASE_CLOSED, case_id, closed)
            self._note(open_change, person, Action.CLOSE_CASE, case, request)
            return closed

        closed = await self._database.write(change)
        self._open.pop(case_id, None)
        return closed

    async def search(self, case_id: str, query: Query, person: Person, wish: Wish = Wish.HITS) -> SearchAnswer:
        """Search sightings for the case. Raises Refusal for nonsense, a closed case, and as ``Searching.run``.

        One that is given up, since it was cancelled or asked anew, is not noted: nobody is told anything.
        """
        case = await self.gate(case_id)
        complete = await self.questions.complete(query)
        asker = Asker(person.person_id, case_id, wish)
        search = partial(self._sightings.search, complete, self.places(), said=self.said(case_id))
        found = await self._searching.run(asker, search)
        answer = msgspec.structs.replace(
            found,
            hits=tuple(
                msgspec.structs.replace(hit, sighting=self.with_picture(case_id, hit.sighting)) for hit in found.hits
            ),
            coverage=await self._covered(found),
        )
        self.observe_search(answer.search_ms / 1000)
        made = SearchMade(
            case_id=case_id,
            words=answer.words,
            words_en=answer.words_en,
            hits=len(answer.hits),
            search_ms=answer.search_ms,
        )

        def change(open_change: Change) -> None:
            _must_be_open(open_change, case_id)
            self._events.append(open_change, EventKind.SEARCH_MADE, case_id, made)
            self._note(open_change, person, Action.SEARCH, case, without_looks(answer.query))

        await self._database.write(change)
        return answer

    async def _covered(self, found: SearchAnswer) -> Coverage:
        query, now_us = found.query, self._clock.wall_us()
        meant = {place.camera_id for place in self.places() if is_meant(query, place)}
        cameras = tuple(camera for camera in self._registry.cameras.values() if camera.camera_id in meant)
        asked = Asked(
            cameras,
            tuple(self._vision.view(camera.camera_id) for camera in cameras),
            (query.since_at_ms or 0) * 1000,
            now_us if query.until_at_ms is None else min(now_us, query.until_at_ms * 1000),
        )
        vision, forgotten = self._vision, self._sightings.forgotten
        return await asyncio.to_thread(
            completed, found.coverage, asked, vision.blind_times, vision.shed_looks, forgotten
        )

    async def start_watch(self, case_id: str, query: Query, person: Person) -> Watch:
        """Keep a query on until the case ends. Raises Refusal for nonsense or too many.

        How far somebody can have walked grows as long as it is on: it asks all cameras then.
        """
        case = await self.gate(case_id)
        complete = await self.questions.complete(query)
        if complete.near is not None and complete.near.since_at_ms is not None:
            complete = msgspec.structs.replace(complete, near=None, camera_ids=(), venue_ids=())
        words = await asyncio.to_thread(self._sightings.words, complete)
        watch = Watch(
            watch_id=new_id("W"),
            case_id=case_id,
            query=complete,
            words=words,
            started_at_ms=self._clock.wall_us() // 1000,
            ended_at_ms=None,
        )

        def change(open_change: Change) -> Case:
            _must_be_open(open_change, case_id)
            _must_take_another(stored(open_change, case_id))
            insert_watch(open_change, watch)
            noted = msgspec.structs.replace(watch, query=without_looks(complete))
            self._events.append(open_change, EventKind.WATCH_STARTED, watch.watch_id, noted)
            self._note(open_change, person, Action.WATCH, case, noted)
            return stored(open_change, case_id)

        self.keep(await self._database.write(change))
        return watch

    async def end_watch(self, case_id: str, watch_id: str, person: Person) -> Watch:
        """End one watch. Raises Refusal when there is none of that id in the case."""
        case = await self.gate(case_id)

        def change(open_change: Change) -> tuple[Watch, Case]:
            here = sa.and_(tables.watches.c.watch_id == watch_id, tables.watches.c.case_id == case_id)
            ended = end_watches(open_change, here)
            if not ended:
                raise Refusal("unknown_watch", "没有这个布控", f"no watch {watch_id} is on", status=404)
            self._events.append(open_change, EventKind.WATCH_ENDED, watch_id, ended[0])
            self._note(open_change, person, Action.END_WATCH, case, ended[0])
            return ended[0], stored(open_change, case_id)

        watch, kept = await self._database.write(change)
        self.keep(kept)
        return watch

    def keep(self, case: Case) -> None:
        """Hold the case as it is now in the database, unless it was closed meanwhile. Writes return in their order."""
        if case.case_id in self._open:
            self._open[case.case_id] = case

    async def look(self, case_id: str, sighting_id: str, person: Person) -> SightingView:
        """One sighting with its path; the look is audited. Raises Refusal when there is none of that id."""
        case = await self.gate(case_id)
        found = await asyncio.to_thread(self._sightings.get, sighting_id)
        if found is None:
            raise _no_sighting(sighting_id)
        camera = self._registry.cameras.get(found.camera_id)
        detail = LookedAt(sighting_id=sighting_id)
        await self._database.write(lambda change: self._looked(change, person, case, detail))
        shown = self.with_picture(case_id, summary(found, camera.venue_id if camera else None))
        return view_of(found, shown)

    async def picture(self, case_id: str, sighting_id: str, person: Person) -> bytes:
        """The best picture of a sighting, as JPEG; the look is audited. Raises Refusal when it is not kept."""
        case = await self.gate(case_id)
        found = await asyncio.to_thread(self._sightings.picture, sighting_id)
        if found is None:
            raise _no_sighting(sighting_id)
        detail = LookedAt(sighting_id=sighting_id)
        await self._database.write(lambda change: self._looked(change, person, case, detail))
        return found

    def with_picture(self, case_id: str, sighting: SightingSummary) -> SightingSummary:
        """The sighting with the address of its picture within this case."""
        url = f"/api/cases/{case_id}/sightings/{sighting.sighting_id}/picture"
        return msgspec.structs.replace(sighting, picture_url=url)

    def _looked(self, change: Change, person: Person, case: Case, detail: LookedAt) -> None:
        """Nothing is shown of a case that was closed meanwhile."""
        _must_be_open(change, case.case_id)
        self._note(change, person, Action.LOOK, case, detail)

    def _note(self, change: Change, person: Person, action: Action, case: Case, detail: msgspec.Struct) -> None:
        audit.record(change, person.person_id, action, detail=detail, case_id=case.case_id, purpose=case.purpose)


def _case_closed() -> Refusal:
    return Refusal(
        "case_closed",
        "案件已关闭，不能再查看录像",
        "the case is closed; footage opens only in an open case",
        status=409,
    )


def _must_be_open(change: Change, case_id: str) -> None:
    """Raises Refusal when the case was closed since the gate let the request through."""
    stage = change.connection.execute(sa.select(tables.cases.c.stage).where(tables.cases.c.case_id == case_id)).scalar()
    if stage in {None, Stage.CLOSED.value}:
        raise _case_closed()


def _must_take_another(case: Case) -> None:
    """Raises Refusal where as many watches are on as a case may have."""
    if sum(watch.ended_at_ms is None for watch in case.watches) >= MAX_WATCHES:
        raise Refusal("too_many_watches", f"每案最多 {MAX_WATCHES} 个布控", f"at most {MAX_WATCHES}", status=409)


def _no_sighting(sighting_id: str) -> Refusal:
    return Refusal("unknown_sighting", "没有这条出现记录", f"there is no sighting {sighting_id}", status=404)
