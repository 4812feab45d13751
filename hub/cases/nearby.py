"""Which cameras look at what is within a walk of a place: a search there asks them."""

from __future__ import annotations

import asyncio

import numpy as np

from hub.errors import Refusal
from hub.registry.service import Registry
from hub.sightings.messages import Near
from hub.sightings.path.cameras import posts
from hub.streets.service import Streets


class Nearby:
    """Walks along the streets of the community's map."""

    def __init__(self, registry: Registry, streets: Streets) -> None:
        self._registry = registry
        self._streets = streets

    async def cameras(self, near: Near) -> tuple[str, ...]:
        """The cameras so near on foot, nearest first. Raises Refusal where there is none, or no such venue."""
        venue = self._registry.venues.get(near.venue_id)
        if venue is None:
            raise Refusal(
                "unknown_venue",
                f"没有场所 {near.venue_id}",
                f"there is no venue {near.venue_id}",
                field="near.venue_id",
            )
        network, ground = await self._streets.network()
        placed = posts(self._registry.cameras.values(), self._registry.venues, ground)
        looked_at = np.array([(post.east_m, post.north_m) for post in placed]).reshape(-1, 2)
        here = ground.metres(np.array([[venue.latitude, venue.longitude]]))[0]
        walks_m = await asyncio.to_thread(network.walk_m, here, looked_at)
        order = np.argsort(walks_m, kind="stable")
        found = tuple(placed[place].camera_id for place in order if walks_m[place] <= near.within_m)
        if not found:
            raise Refusal(
                "no_camera_near",
                f"{venue.name}步行 {near.within_m:.0f} 米内没有摄像头，请选更远的距离",
                f"no camera is within {near.within_m:.0f} m on foot of {venue.name}; choose a longer way",
                field="near.within_m",
            )
        return found
