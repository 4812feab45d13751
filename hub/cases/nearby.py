"""Which cameras look at what is within a walk of a place: a search there asks them."""

from __future__ import annotations

import asyncio

import numpy as np

from hub.errors import Refusal
from hub.registry.records import Venue
from hub.registry.service import Registry
from hub.sightings.messages import Near
from hub.sightings.path.cameras import posts
from hub.sightings.path.pace import CHILD
from hub.streets.service import Streets

LEAST_REACH_M = 150.0
"""Where somebody left, and when, is told roughly: nobody is looked for nearer than so far alone. A judgement."""


class Nearby:
    """Walks along the streets of the community's map."""

    def __init__(self, registry: Registry, streets: Streets) -> None:
        self._registry = registry
        self._streets = streets

    async def cameras(self, near: Near, until_at_ms: int) -> tuple[str, ...]:
        """The cameras so near on foot, nearest first; ``until_at_ms``: when who left was looked for last.

        Raises Refusal where there is none, or no such venue.
        """
        venue = None if near.venue_id is None else self._venue(near.venue_id)
        degrees = (venue.latitude, venue.longitude) if venue is not None else (near.latitude, near.longitude)
        within_m = _walk_m(near, until_at_ms)
        network, ground = await self._streets.network()
        placed = posts(self._registry.cameras.values(), self._registry.venues, ground)
        looked_at = np.array([(post.east_m, post.north_m) for post in placed]).reshape(-1, 2)
        here = ground.metres(np.array([degrees], np.float64))[0]
        walks_m = await asyncio.to_thread(network.walk_m, here, looked_at)
        order = np.argsort(walks_m, kind="stable")
        found = tuple(placed[place].camera_id for place in order if walks_m[place] <= within_m)
        if not found:
            name, name_en = (venue.name, venue.name) if venue is not None else ("地图上选的点", "the point of the map")
            raise Refusal(
                "no_camera_near",
                f"{name}步行 {within_m:.0f} 米内没有摄像头，请选更远的距离",
                f"no camera is within {within_m:.0f} m on foot of {name_en}; choose a longer way",
                field="near",
            )
        return found

    def _venue(self, venue_id: str) -> Venue:
        venue = self._registry.venues.get(venue_id)
        if venue is None:
            raise Refusal(
                "unknown_venue", f"没有场所 {venue_id}", f"there is no venue {venue_id}", field="near.venue_id"
            )
        return venue


def _walk_m(near: Near, until_at_ms: int) -> float:
    if near.since_at_ms is None:
        assert near.within_m is not None  # as Near says
        return near.within_m
    return max(LEAST_REACH_M, CHILD.brisk_mps * (until_at_ms - near.since_at_ms) / 1000)
