"""The streets' front door: which venues are nearest on foot, so that the guard who is there first is asked first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np

from devices.protocol.clock import Clock
from hub.registry.service import Registry
from hub.shifts.service import Shifts
from hub.streets.messages import NearQuery, NearVenue
from hub.streets.network import Ground, StreetNetwork, read_streets

LOOK_EVERY_S = 2.0
WALKING_M_S = 1.4
"""A grown person's usual pace: 1.34 to 1.43 (Bohannon and Andrews, "Normal walking speed", Physiotherapy 97, 2011)."""


class Streets:
    """Walks along the streets of the community's map, which is read anew where it has changed."""

    def __init__(self, registry: Registry, shifts: Shifts, clock: Clock) -> None:
        self._registry = registry
        self._shifts = shifts
        self._clock = clock
        self._network = StreetNetwork([])
        self._ground = Ground(0.0, 0.0)
        self._read_from: bytes | None = None
        self._reading = asyncio.Lock()

    async def run(self) -> None:
        """Read the map when it is there, and whenever it is another, until cancelled: nobody need wait for it."""
        while True:
            await self._read_map()
            await asyncio.sleep(LOOK_EVERY_S)

    async def network(self) -> tuple[StreetNetwork, Ground]:
        """The streets as the map has them now, and where on earth their metres are."""
        await self._read_map()
        return self._network, self._ground

    async def nearest(self, asked: NearQuery, counts: Callable[[str], bool]) -> tuple[NearVenue, ...]:
        """The venues that are nearest on foot, nearest first, of those that count (by venue_id)."""
        await self._read_map()
        venues = [venue for venue in self._registry.venues.values() if counts(venue.venue_id)]
        degrees = np.array([(venue.latitude, venue.longitude) for venue in venues]).reshape(-1, 2)
        here = self._ground.metres(np.array([[asked.latitude, asked.longitude]]))[0]
        walks_m = await asyncio.to_thread(self._network.walk_m, here, self._ground.metres(degrees))
        now_us = self._clock.wall_us()
        return tuple(
            NearVenue(
                venue_id=venues[place].venue_id,
                walk_m=round(float(walks_m[place]), 1),
                walk_s=round(float(walks_m[place]) / WALKING_M_S, 1),
                is_open=self._shifts.is_open(venues[place].venue_id, now_us),
            )
            for place in np.argsort(walks_m, kind="stable")[: asked.limit]
        )

    async def _read_map(self) -> None:
        async with self._reading:
            found = self._registry.map_geojson
            if found is self._read_from:
                return
            ground = Ground(self._registry.community.latitude, self._registry.community.longitude)
            self._network = await asyncio.to_thread(read_streets, found, ground)
            self._ground, self._read_from = ground, found
