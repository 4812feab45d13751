"""The path's front door: found anew from the hits of a query and what officers said of them, within an open case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import msgspec
import numpy as np

from devices.protocol.clock import Clock
from devices.protocol.sightings import Sighting
from hub.access import audit
from hub.access.audit import Action
from hub.access.people import Person
from hub.cases.searching import Wish
from hub.cases.service import Cases, LookedAt
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.service import Registry
from hub.sightings.feedback import NOTHING_SAID, Said
from hub.sightings.messages import CameraPlace, Query, Verdict
from hub.sightings.path import records
from hub.sightings.path.answering import Asked, answer_of
from hub.sightings.path.cameras import ALWAYS, posts
from hub.sightings.path.ground import Blind, CameraGround, Post
from hub.sightings.path.messages import Mark, PathAnswer, PathQuery, ReachNow, ReachQuery
from hub.sightings.path.pace import pace_of
from hub.sightings.path.weighing import learned
from hub.sightings.path.whereabouts import Ground, LastSeen, reach_now
from hub.sightings.query import MAX_LIMIT, is_meant
from hub.sightings.service import SightingService
from hub.storage.database import Database
from hub.storage.writer import Change
from hub.streets.network import StreetNetwork
from hub.streets.service import Streets
from hub.vision.service import Vision

Marked = Callable[[Change, Mark, Sighting | None], Callable[[], None]]
"""What another room does in the transaction of a word on a sighting (None where it was taken back), and afterwards."""
MOST_REACHED = 10_000
"""Who asked of which sighting: beyond it the oldest are forgotten, and audited once more."""
MOST_MARKS = 500
"""Sightings of one case of which somebody said something; a further one is refused."""


class Paths:
    """Paths are never kept: each is computed from what is known at the moment."""

    def __init__(
        self,
        cases: Cases,
        sightings: SightingService,
        registry: Registry,
        vision: Vision,
        streets: Streets,
        database: Database,
        events: EventLog,
        clock: Clock,
    ) -> None:
        self._cases = cases
        self._sightings = sightings
        self._registry = registry
        self._vision = vision
        self._streets = streets
        self._database = database
        self._events = events
        self._clock = clock
        self._ground: CameraGround | None = None
        self._said: dict[str, dict[str, Verdict]] = {}
        self._reached: dict[tuple[str, str, str], None] = {}
        self._marked: list[Marked] = []
        cases.when_closing(records.delete_of_case)
        cases.said = self.said

    def open(self) -> None:
        """Load what was said in open cases; before the hub serves anyone."""
        for mark in self._database.read_now(records.all_marks):
            self._heed(mark)

    def when_marked(self, marked: Marked) -> None:
        """Have ``marked`` called in the transaction of each word on a sighting."""
        self._marked.append(marked)

    def said(self, case_id: str) -> Said:
        """The words of an open case by sighting, the oldest first; one object until there is another."""
        return self._said.get(case_id, NOTHING_SAID)

    async def find(self, case_id: str, asked: PathQuery, person: Person) -> PathAnswer:
        """Search, which is audited as any search, and join what is found. Raises Refusal, SightingsError."""
        query = msgspec.structs.replace(asked.query, limit=MAX_LIMIT, marked=False)
        found = await self._cases.search(case_id, query, person, Wish.PATH)
        marks = await self._database.read(partial(records.marks_of, case_id=case_id))
        on_ground = await self._ground_of(found.query)

        def work() -> PathAnswer:
            began_us = self._clock.monotonic_us()
            ground = on_ground()
            unplaced = {place.camera_id for place in self._cases.places()} - ground.cameras.number.keys()
            answer = answer_of(Asked(found, marks, asked.paths, case_id), ground, self._sightings, self._cases)
            return msgspec.structs.replace(
                answer,
                path_ms=round((self._clock.monotonic_us() - began_us) / 1000, 3),
                cameras_without_place=tuple(sorted(unplaced)),
            )

        return await asyncio.to_thread(work)

    async def reach(self, case_id: str, sighting_id: str, asked: ReachQuery, person: Person) -> ReachNow:
        """Where the person of that sighting may be now, seen by none since. Raises Refusal.

        Nothing is searched. That somebody asks of a sighting is audited once, however often it is asked anew.
        """
        case = await self._cases.gate(case_id)
        found = await asyncio.to_thread(self._sightings.get, sighting_id)
        if found is None:
            raise _no_sighting(sighting_id)
        query = await self._cases.questions.complete(asked.query)
        on_ground = await self._ground_of(query)
        age = query.description.age if query.description is not None else None

        def work() -> ReachNow | None:
            ground = on_ground()
            if found.camera_id not in ground.cameras.number:
                return None
            last = LastSeen(sighting_id, found.camera_id, found.ended_at_us / 1e6)
            return reach_now(ground, last, pace_of(age), learned().seen)

        look = (person.person_id, case_id, sighting_id)
        if look not in self._reached:
            detail = LookedAt(sighting_id=sighting_id)
            await self._database.write(
                lambda change: audit.record(
                    change, person.person_id, Action.LOOK, detail=detail, case_id=case_id, purpose=case.purpose
                )
            )
            self._reached[look] = None
            while len(self._reached) > MOST_REACHED:
                del self._reached[next(iter(self._reached))]
        reach = await asyncio.to_thread(work)
        if reach is None:
            camera = found.camera_id
            raise Refusal(
                "camera_without_place", f"摄像头 {camera} 没有位置", f"camera {camera} has no place", status=409
            )
        return reach

    async def mark(self, case_id: str, sighting_id: str, verdict: Verdict | None, person: Person) -> Mark:
        """Confirm or reject a sighting, or take back (None) what was said. Raises Refusal."""
        case = await self._cases.gate(case_id)
        found = None if verdict is None else await asyncio.to_thread(self._sightings.get, sighting_id)
        if verdict is not None and found is None:
            raise _no_sighting(sighting_id)

        def change(open_change: Change) -> tuple[Mark, list[Callable[[], None]]]:
            self._cases.must_be_open(open_change, case_id)
            known = records.marks_of(open_change.connection, case_id)
            if len(known) >= MOST_MARKS and sighting_id not in {mark.sighting_id for mark in known}:
                most = MOST_MARKS
                raise Refusal("too_many_marks", f"每案最多判断 {most} 条", f"at most {most} in a case", status=409)
            mark = Mark(
                case_id=case_id,
                sighting_id=sighting_id,
                verdict=verdict,
                marked_by=person.person_id,
                marked_at_ms=open_change.at_us // 1000,
            )
            records.put(open_change, mark)
            self._events.append(open_change, EventKind.PATH_MARKED, case_id, mark)
            audit.record(
                open_change, person.person_id, Action.MARK_PATH, detail=mark, case_id=case_id, purpose=case.purpose
            )
            return mark, [marked(open_change, mark, found) for marked in self._marked]

        mark, told = await self._database.write(change)
        self._heed(mark)
        for tell in told:
            tell()
        return mark

    def _heed(self, mark: Mark) -> None:
        """Whoever holds the former words keeps them as they were: searches read them in threads."""
        self._said = {case_id: said for case_id, said in self._said.items() if self._cases.is_open(case_id)}
        said = {one: verdict for one, verdict in self._said.get(mark.case_id, {}).items() if one != mark.sighting_id}
        if mark.verdict is not None:
            said[mark.sighting_id] = mark.verdict
        self._said[mark.case_id] = said

    def _on_streets(self, network: StreetNetwork, placed: tuple[Post, ...]) -> CameraGround:
        """The ground as it was asked for last, unless a camera or a street is elsewhere; in a thread."""
        known = self._ground
        if known is None or known.network is not network or known.posts != placed:
            self._ground = known = CameraGround(network, placed)
        return known

    async def _ground_of(self, query: Query) -> Callable[[], Ground]:
        """The ground as a question has it: what the returned function makes, in a thread, of what is known now."""
        network, degrees = await self._streets.network()
        cameras, venues = tuple(self._registry.cameras.values()), dict(self._registry.venues)
        now_s = self._clock.wall_us() / 1e6
        places = self._cases.places()

        def make() -> Ground:
            blind = {camera_id: _until_then(query, times) for camera_id, times in self._blind(query, places).items()}
            on_streets = self._on_streets(network, posts(cameras, venues, degrees)).with_blind(blind)
            return Ground(on_streets, degrees, tuple(venues.values()), now_s)

        return make

    def _blind(self, query: Query, places: Sequence[CameraPlace]) -> dict[str, Blind]:
        """When each camera cannot be asked why it saw nobody: not enrolled, off line, its picture dark, blurred,
        covered or of another view, or not searched at all.
        """
        return {
            place.camera_id: self._vision.blind_times.seconds_of(place.camera_id) if is_meant(query, place) else ALWAYS
            for place in places
        }


def _no_sighting(sighting_id: str) -> Refusal:
    return Refusal("unknown_sighting", "没有这条出现记录", f"there is no sighting {sighting_id}", status=404)


def _until_then(query: Query, times: Blind) -> Blind:
    """Before and after what was asked no camera was searched."""
    before = () if query.since_at_ms is None else ((-np.inf, query.since_at_ms / 1000),)
    after = () if query.until_at_ms is None else ((query.until_at_ms / 1000, np.inf),)
    return (*times, *before, *after)
