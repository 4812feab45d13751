"""The town: grids, venues and radios as the community's figures have them."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np

from simulators.community.documents import community_document
from simulators.community.names import VenueKind
from simulators.community.parameters import Parameters
from simulators.community.scene import Scene, make_scene
from simulators.community.town import STREET_WIDTH_M


def test_26_grids_belong_to_8_police_grids(scene: Scene) -> None:
    shared_out = Counter(grid.police_grid_id for grid in scene.town.grids)
    assert len(scene.town.grids) == 26
    assert set(shared_out) == {one.police_grid_id for one in scene.town.police_grids}
    assert len(shared_out) == 8
    assert set(shared_out.values()) == {3, 4}


def test_130_venues_of_every_kind_have_names_of_their_own(scene: Scene) -> None:
    venues = scene.placement.venues
    assert len(venues) == 130
    assert len({venue.name for venue in venues}) == 130
    assert {venue.kind for venue in venues} == set(VenueKind)


def test_every_venue_has_one_radio_with_a_chinese_name(scene: Scene) -> None:
    document = community_document(scene)
    assert [radio.radio_id for radio in document.radios] == [f"R{number:03d}" for number in range(1, 131)]
    assert [radio.venue_id for radio in document.radios] == [venue.venue_id for venue in document.venues]
    assert all("\u4e00" <= radio.name[-1] <= "\u9fff" for radio in document.radios)


def test_every_venue_stands_on_a_street_inside_its_own_grid(scene: Scene) -> None:
    outlines = {grid.grid_id: np.array(grid.outline, dtype=np.float32) for grid in scene.town.grids}
    for venue in scene.placement.venues:
        assert cv2.pointPolygonTest(outlines[venue.grid_id], venue.point, True) > 0, venue.venue_id
        away_m = min(
            abs(cv2.pointPolygonTest(np.array(street.points, dtype=np.float32), venue.point, True))
            for street in scene.town.streets
        )
        assert away_m < STREET_WIDTH_M / 2 + 0.1, venue.venue_id


def test_the_same_seed_gives_the_same_community(scene: Scene) -> None:
    assert community_document(make_scene(Parameters())) == community_document(scene)


def test_another_day_has_other_people_on_the_same_streets(scene: Scene) -> None:
    other = make_scene(Parameters(day=1))
    assert community_document(other) == community_document(scene)
    assert [person.figure for person in other.people] != [person.figure for person in scene.people]
    assert Parameters(day=1).fingerprint() != Parameters().fingerprint()


def test_another_seed_gives_another_community(scene: Scene) -> None:
    other = community_document(make_scene(Parameters(seed=2)))
    assert [venue.name for venue in other.venues] != [venue.name for venue in community_document(scene).venues]
