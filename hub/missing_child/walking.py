"""How far everything is on foot from where she was seen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from hub.missing_child.messages import Evidence, Place
from hub.missing_child.rings import WalkM
from hub.registry.service import Registry
from hub.streets.network import Ground, StreetNetwork
from hub.streets.service import Streets

MOST_KEPT = 64
"""Places whose walks are kept: a procedure has a few, each venue's walks take some kilobytes."""
NEAR_VENUE_M = 60.0
"""So near to a venue, a point of the map is called by it."""


class Walking:
    """Knows the venues that have a radio, and the streets between."""

    def __init__(self, registry: Registry, streets: Streets) -> None:
        self._registry = registry
        self._streets = streets
        self._known: tuple[StreetNetwork, Ground] = StreetNetwork([]), Ground(0.0, 0.0)
        self._venue_ids: tuple[str, ...] = ()
        self._places = np.zeros((0, 2))
        self._walks: dict[tuple[float, float], WalkM] = {}

    async def walks(self, latitude: float, longitude: float) -> WalkM:
        """Metres on foot from there to each venue that has a radio."""
        await self._look()
        key = latitude, longitude
        if key not in self._walks:
            network, ground = self._known
            venue_ids, places = self._venue_ids, self._places
            here = ground.metres(np.array([key]))[0]
            walked = await asyncio.to_thread(network.walk_m, here, ground.metres(places))
            if len(self._walks) >= MOST_KEPT:
                del self._walks[next(iter(self._walks))]
            self._walks[key] = dict(zip(venue_ids, walked.tolist(), strict=True))
        return self._walks[key]

    async def _look(self) -> None:
        """What the map and the registry have now; walks over what was another are forgotten."""
        known = await self._streets.network()
        with_radio = {radio.venue_id for radio in self._registry.radios.values()}
        venues = [venue for venue in self._registry.venues.values() if venue.venue_id in with_radio]
        venue_ids = tuple(venue.venue_id for venue in venues)
        places = np.array([(venue.latitude, venue.longitude) for venue in venues]).reshape(-1, 2)
        if known[0] is not self._known[0] or venue_ids != self._venue_ids or not np.array_equal(places, self._places):
            self._walks = {}
        self._known, self._venue_ids, self._places = known, venue_ids, places

    def between_m(self, evidence: Evidence, others: Sequence[Evidence]) -> list[float]:
        """Metres on foot from one place to others, by the map as it was looked at last; for the writer's thread."""
        if not others:
            return []
        network, ground = self._known
        places = ground.metres(np.array([(one.latitude, one.longitude) for one in (evidence, *others)]))
        return [float(one) for one in network.walk_m(places[0], places[1:])]

    def position(self, place: Place) -> tuple[float, float] | None:
        """Degrees of latitude and longitude; None for a venue that is not enrolled."""
        if place.latitude is not None and place.longitude is not None:
            return place.latitude, place.longitude
        venue = self._registry.venues.get(place.venue_id or "")
        return None if venue is None else (venue.latitude, venue.longitude)

    def camera_position(self, camera_id: str) -> tuple[float, float] | None:
        """Where a camera stands, or its venue; None where neither is known."""
        camera = self._registry.cameras.get(camera_id)
        if camera is not None and camera.latitude is not None and camera.longitude is not None:
            return camera.latitude, camera.longitude
        return None if camera is None or camera.venue_id is None else self.position(Place(venue_id=camera.venue_id))

    def named(self, evidence: Evidence) -> str:
        """The place of a piece of evidence, for people: its venue, the nearest one, or degrees."""
        venues = self._registry.venues
        if evidence.venue_id in venues:
            return venues[evidence.venue_id].name
        ground = Ground(evidence.latitude, evidence.longitude)
        places = np.array([(venue.latitude, venue.longitude) for venue in venues.values()]).reshape(-1, 2)
        apart_m = np.hypot(*ground.metres(places).T)
        if len(apart_m) and apart_m.min() <= NEAR_VENUE_M:
            return f"{list(venues.values())[int(apart_m.argmin())].name}一带"
        return f"北纬 {evidence.latitude:.5f}，东经 {evidence.longitude:.5f}"
