"""Watches: each sighting that comes in is held against the queries that are on, and a match is told at once."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec
import structlog

from devices.protocol.sightings import Sighting
from hub.cases.messages import Watch, WatchHit
from hub.cases.service import Cases
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.sightings.errors import SightingsError
from hub.sightings.feedback import Feedback, Said
from hub.sightings.messages import CameraPlace
from hub.sightings.service import SightingService
from hub.sightings.watch import WatchMemory
from hub.storage.database import Database
from hub.storage.writer import Change

_log = structlog.get_logger()


class Watching:
    """Follows the intake on behalf of open cases."""

    def __init__(self, cases: Cases, sightings: SightingService, database: Database, events: EventLog) -> None:
        self._cases = cases
        self._sightings = sightings
        self._database = database
        self._events = events
        self._memory = WatchMemory()
        self._failing: set[str] = set()
        self._feedbacks: dict[str, tuple[Said, Feedback]] = {}

    async def see(self, sighting: Sighting) -> None:
        """Hold one sighting, first word or last, against every watch that is on.

        What was told once is not told again. Hits that cannot be written raise what the database raises, and are told
        when the sighting comes again.
        """
        watches = self._cases.watches
        on = {watch.watch_id for watch in watches}
        self._memory.keep_only(on)
        self._failing &= on
        cases = {watch.case_id for watch in watches}
        self._feedbacks = {case_id: known for case_id, known in self._feedbacks.items() if case_id in cases}
        if not watches:
            return
        matches = await asyncio.to_thread(self._judge, sighting, watches, self._cases.places())
        if not matches:
            return

        def change(open_change: Change) -> None:
            for match in matches:
                self._events.append(open_change, EventKind.WATCH_HIT, match.watch_id, match)

        try:
            await self._database.write(change)
        except Exception:
            for match in matches:
                self._memory.take_back(match.watch_id, sighting.sighting_id)
            raise

    def _feedback(self, case_id: str) -> Feedback:
        """What was said in the case, with the looks that are read once for each new word."""
        said = self._cases.said(case_id)
        known = self._feedbacks.get(case_id)
        if known is None or known[0] is not said:
            known = self._feedbacks[case_id] = (said, self._sightings.feedback(said))
        return known[1]

    def _judge(self, sighting: Sighting, watches: list[Watch], places: tuple[CameraPlace, ...]) -> list[WatchHit]:
        """In a thread: ``places`` are taken before, on the event loop that changes them."""
        found = []
        for watch in watches:
            try:
                match = partial(self._sightings.match, feedback=self._feedback(watch.case_id))
                hit = self._memory.judge(watch.watch_id, watch.query, sighting, places, match)
            except SightingsError as error:
                if watch.watch_id not in self._failing:
                    self._failing.add(watch.watch_id)
                    _log.warning("watch.cannot_compare", watch=watch.watch_id, case=watch.case_id, error=str(error))
                continue
            if hit is not None:
                pictured = self._cases.with_picture(watch.case_id, hit.sighting)
                hit = msgspec.structs.replace(hit, sighting=pictured)
                found.append(WatchHit(case_id=watch.case_id, watch_id=watch.watch_id, hit=hit))
        return found
