"""What is asked of sightings, made complete: what a line of text says, and which cameras are near."""

from __future__ import annotations

import asyncio

import msgspec

from devices.protocol.clock import Clock
from hub.cases.nearby import Nearby
from hub.errors import Refusal
from hub.registry.records import LAST_AT_MS
from hub.registry.service import Registry
from hub.sightings.messages import Description, Near, Query, Understood
from hub.sightings.service import SightingService

_SAID = tuple(field for field in Description.__struct_fields__ if field not in ("height_tolerance_m", "weights"))


class Questions:
    """Understands them in the community as it is at the moment."""

    def __init__(self, registry: Registry, sightings: SightingService, nearby: Nearby, clock: Clock) -> None:
        self._registry = registry
        self._sightings = sightings
        self._nearby = nearby
        self._clock = clock

    async def describe(self, text: str) -> Understood:
        """What one line of Chinese or English says."""
        venues = tuple((venue.venue_id, venue.name) for venue in self._registry.venues.values())
        now_us, zone = self._clock.wall_us(), self._registry.community.time_zone
        return await asyncio.to_thread(self._sightings.describe, text, venues, now_us, zone)

    async def cameras_near(self, near: Near, until_at_ms: int | None = None) -> tuple[str, ...]:
        """Which cameras a search there, up to then, asks. Raises Refusal where there is none, or no such venue."""
        now_ms = self._clock.wall_us() // 1000
        return await self._nearby.cameras(near, now_ms if until_at_ms is None else min(now_ms, until_at_ms))

    async def complete(self, query: Query) -> Query:
        """The query with what its text says filled in where the other fields are open, and the cameras near among those
        it names; who left a place then is looked for since then. Raises Refusal.
        """
        for field, at_ms in (("since_at_ms", query.since_at_ms), ("until_at_ms", query.until_at_ms)):
            if at_ms is not None and not 0 <= at_ms <= LAST_AT_MS:
                raise Refusal("no_time", f"{field} 不是时间：{at_ms}", f"{field} is no time: {at_ms}", field=field)
        if query.text:
            query = await self._with_text(query, query.text)
        if query.near is None:
            return query
        near = await self.cameras_near(query.near, query.until_at_ms)
        return msgspec.structs.replace(
            query,
            camera_ids=tuple(dict.fromkeys((*query.camera_ids, *near))),
            since_at_ms=query.near.since_at_ms if query.since_at_ms is None else query.since_at_ms,
        )

    async def _with_text(self, query: Query, text: str) -> Query:
        said = await self.describe(text)
        given = query.description
        description = said.description
        if given is not None:
            description = msgspec.structs.replace(
                description,
                **{field: value for field in _SAID if (value := getattr(given, field)) not in (None, ())},
                height_tolerance_m=(given if given.height_m is not None else description).height_tolerance_m,
                weights=given.weights,
            )
        return msgspec.structs.replace(
            query,
            description=description,
            since_at_ms=query.since_at_ms if query.since_at_ms is not None else said.since_at_ms,
            until_at_ms=query.until_at_ms if query.until_at_ms is not None else said.until_at_ms,
            venue_ids=query.venue_ids or said.venue_ids,
            near=query.near or (None if query.venue_ids else said.near),
        )
