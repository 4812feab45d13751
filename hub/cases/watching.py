"""Watches: what comes in is held against the queries that are on, a batch at a time, and a match is told at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from devices.protocol.clock import Clock
from devices.protocol.sightings import Sighting
from hub.cases.judging import Judge
from hub.cases.messages import WatchHit
from hub.cases.records import watches_on
from hub.cases.service import Cases
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.sightings.service import SightingService
from hub.storage.database import Database
from hub.storage.writer import Change

Hits = Callable[[Change, Sequence[WatchHit]], Callable[[], None]]
"""What another room does in the transaction of new hits, and afterwards."""


class Watching:
    """Follows the intake on behalf of open cases."""

    def __init__(
        self, cases: Cases, sightings: SightingService, database: Database, events: EventLog, clock: Clock
    ) -> None:
        self._cases = cases
        self._database = database
        self._events = events
        self._followers: list[Hits] = []
        self._judge = Judge(sightings, clock, lambda case_id: cases.said(case_id), cases.with_picture)

    def when_hit(self, follower: Hits) -> None:
        """Have ``follower`` called in the transaction of each batch of hits."""
        self._followers.append(follower)

    async def see(self, sightings: Sequence[Sighting]) -> None:
        """Hold a batch of sightings, first words or last, against every watch that is on.

        What was told once is not told again. Hits that cannot be written raise what the database raises, and are told
        when the sightings come again.
        """
        watches = self._cases.watches
        self._judge.keep_only(watches)
        if not watches:
            return
        newest = list({sighting.sighting_id: sighting for sighting in sightings}.values())
        places = {place.camera_id: place for place in self._cases.places()}
        hits = await asyncio.to_thread(self._judge.judge, newest, watches, places)
        if not hits:
            return

        def change(open_change: Change) -> list[Callable[[], None]]:
            on = watches_on(open_change, {hit.watch_id for hit in hits})  # one that ended meanwhile tells nothing more
            told = [hit for hit in hits if hit.watch_id in on]
            for hit in told:
                self._events.append(open_change, EventKind.WATCH_HIT, hit.watch_id, hit)
            return [follower(open_change, told) for follower in self._followers]

        try:
            tells = await self._database.write(change)
        except Exception:
            self._judge.take_back(hits)
            raise
        for tell in tells:
            tell()
