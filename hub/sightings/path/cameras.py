"""The registry's cameras as the path needs them: where they look, and when they cannot be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from hub.registry.records import Camera, Venue
from hub.sightings.path.ground import Blind, Post, looking_at
from hub.streets.network import Ground

USUAL_RANGE_M = 20.0
ALWAYS: Blind = ((-np.inf, np.inf),)


def posts(cameras: Iterable[Camera], venues: Mapping[str, Venue], ground: Ground) -> tuple[Post, ...]:
    """Cameras that have a place of their own or stand at a venue that has; others are left out.

    One with masks is never asked why it did not see somebody: the masks may hide the way.
    """
    found = []
    for camera in cameras:
        venue = venues.get(camera.venue_id) if camera.venue_id is not None else None
        if camera.latitude is not None and camera.longitude is not None:
            degrees, heading = (camera.latitude, camera.longitude), camera.heading_deg
        elif venue is not None:
            degrees, heading = (venue.latitude, venue.longitude), None
        else:
            continue
        east, north = (float(one) for one in ground.metres(np.array([degrees]))[0])
        unasked = ALWAYS if camera.masks else ()
        found.append(looking_at(camera.camera_id, east, north, heading, camera.range_m or USUAL_RANGE_M, unasked))
    return tuple(found)
