"""Which guards to call: those who are nearest to where he may be, the likeliest place first."""

from __future__ import annotations

import numpy as np
import pytest

from hub.registry.records import Venue, VenueKind
from hub.sightings.path.messages import ReachNow
from hub.sightings.path.pace import CHILD
from hub.sightings.path.whereabouts import Ground, LastSeen, reach_now
from hub.streets.network import Ground as Degrees
from tests.sightings.path.street import BEGAN_S, street

DEGREES = Degrees(26.0, 106.0)


def venue(name: str, east_m: float, north_m: float) -> Venue:
    latitude, longitude = DEGREES.degrees(np.array([(east_m, north_m)]))[0].tolist()
    return Venue(venue_id=name, name=name, kind=VenueKind.HOTEL, grid_id="G01", latitude=latitude, longitude=longitude)


def after(minutes: float) -> ReachNow:
    """Last seen in the middle of a watched street, from which one without cameras leads north."""
    venues = (venue("north", 500, 200), venue("east", 700, 0), venue("west", 300, 0), venue("far", 1000, 0))
    ground = Ground(street(), DEGREES, venues, BEGAN_S + minutes * 60)
    return reach_now(ground, LastSeen("last", "C5", BEGAN_S), CHILD, 0.95)


def test_venue_in_the_street_without_cameras_is_called_first() -> None:
    found = after(4).venues
    assert found[0].venue_id == "north"
    assert found[0].probability > 0.5
    assert sum(one.probability for one in found) == pytest.approx(1, abs=0.001)


def test_venue_that_nobody_can_have_come_to_yet_is_not_called() -> None:
    assert {one.venue_id for one in after(0.9).venues} == {"north", "east", "west"}
    far = next(one for one in after(4).venues if one.venue_id == "far")
    assert far.earliest_at_ms == pytest.approx((BEGAN_S + (500 - 5) / 4) * 1000)


def test_reach_is_told_where_the_map_has_it() -> None:
    found = after(4)
    longitude, latitude = found.stretches[0].ends[0]
    east, north = DEGREES.metres(np.array([(latitude, longitude)]))[0]
    assert (east, 0 <= north <= 300) == (pytest.approx(500, abs=1), True)
