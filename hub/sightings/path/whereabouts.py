"""Where he may be now, as told: streets, next cameras, and the venues whose guards are nearest to each place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.registry.records import Venue
from hub.sightings.path.ground import CameraGround
from hub.sightings.path.messages import CameraAhead, ReachNow, StretchInReach, VenueInReach
from hub.sightings.path.pace import Pace
from hub.sightings.path.reach import Stretch, reach
from hub.streets.network import Ground as Degrees
from hub.streets.network import Points

MOST_STRETCHES, MOST_VENUES = 400, 60
"""What of the reach is told: the likeliest."""


@dataclass(frozen=True)
class Ground:
    """Cameras on the streets, the map's middle, the venues, and the time now (seconds since 1970)."""

    cameras: CameraGround
    degrees: Degrees
    venues: tuple[Venue, ...]
    now_s: float

    def positions(self, metres: Points) -> tuple[tuple[float, float], ...]:
        """(N, 2) metres east and north as longitude and latitude, to a decimetre."""
        return tuple((round(east, 6), round(north, 6)) for north, east in self.degrees.degrees(metres).tolist())


@dataclass(frozen=True)
class LastSeen:
    """Where and when somebody was last seen for certain: seconds since 1970."""

    sighting_id: str
    camera_id: str
    left_s: float


def reach_now(ground: Ground, last: LastSeen, pace: Pace, seen: float) -> ReachNow:
    """Where somebody may be who was last seen then; ``seen``: how surely a camera sees who passes it."""
    found = reach(ground.cameras, last.camera_id, last.left_s, ground.now_s, pace, seen)
    return ReachNow(
        from_sighting_id=last.sighting_id,
        left_at_ms=round(last.left_s * 1000),
        now_at_ms=round(ground.now_s * 1000),
        farthest_m=round(found.farthest_m, 1),
        stretches=tuple(_stretch(one, ground) for one in found.stretches[:MOST_STRETCHES]),
        cameras=tuple(
            CameraAhead(
                camera_id=one.camera_id,
                probability=round(one.probability, 4),
                walk_m=round(one.walk_m, 1),
                earliest_at_ms=round(one.earliest_s * 1000),
                likely_at_ms=round(one.likely_s * 1000),
            )
            for one in found.cameras
        ),
        venues=_venues(ground, last, pace, found.farthest_m, found.stretches),
    )


def _stretch(one: Stretch, ground: Ground) -> StretchInReach:
    begin, end = ground.positions(np.array([one.begin_m, one.end_m]))
    return StretchInReach(ends=(begin, end), walk_m=round(one.walk_m, 1), probability=round(one.probability, 5))


def _venues(
    ground: Ground, last: LastSeen, pace: Pace, farthest_m: float, stretches: Sequence[Stretch]
) -> tuple[VenueInReach, ...]:
    cameras, origin = ground.cameras, ground.cameras.number[last.camera_id]
    degrees = np.array([(venue.latitude, venue.longitude) for venue in ground.venues]).reshape(-1, 2)
    places = ground.degrees.metres(degrees)
    walks_m = cameras.network.walk_m(cameras.points[origin], places)
    within = np.flatnonzero(walks_m <= farthest_m)
    likely = _nearest_share(places[within], stretches)
    least_s = np.maximum(walks_m - cameras.extent_m[origin], 0.0) / pace.fastest_mps
    order = np.lexsort((walks_m[within], -likely))[:MOST_VENUES].tolist()
    return tuple(
        VenueInReach(
            venue_id=ground.venues[within[place]].venue_id,
            walk_m=round(float(walks_m[within[place]]), 1),
            earliest_at_ms=round((last.left_s + float(least_s[within[place]])) * 1000),
            probability=round(float(likely[place]), 4),
        )
        for place in order
    )


def _nearest_share(places: Points, stretches: Sequence[Stretch]) -> NDArray[np.float64]:
    """How likely he is nearer to each of ``places`` (N, 2) than to any other, in a straight line: (N,)."""
    if not len(places) or not stretches:
        return np.zeros(len(places))
    middles = np.array([(one.begin_m, one.end_m) for one in stretches]).mean(axis=1)
    nearest = np.hypot(*(middles[:, None] - places).transpose(2, 0, 1)).argmin(axis=1)
    shares: NDArray[np.float64] = np.bincount(nearest, [one.probability for one in stretches], len(places)).astype(
        float
    )
    return shares
