"""community.json and map.geojson as the hub reads them."""

from __future__ import annotations

import itertools

import msgspec

from hub.registry.importing import read_community
from simulators.community.documents import MapDocument, Polygon, community_document, map_document
from simulators.community.scene import Scene


def test_every_camera_stands_within_20_m_of_its_venue_and_says_how_it_sees(scene: Scene) -> None:
    document = community_document(scene)
    venues = {venue.venue_id: venue for venue in document.venues}
    assert len(document.cameras) == 12
    for camera in document.cameras:
        venue = venues[camera.venue_id]
        assert abs(camera.latitude - venue.latitude) * 111_320 < 20
        assert abs(camera.longitude - venue.longitude) * 100_000 < 20
        assert camera.name.startswith(venue.name)
        assert camera.calibration.heading_deg == camera.heading_deg
        assert (camera.calibration.width_px, camera.calibration.height_px) == (640, 360)


def test_every_camera_has_one_of_three_owners_and_the_hub_takes_the_whole_file_in(scene: Scene) -> None:
    document = community_document(scene)
    assert [owner.owner_id for owner in document.owners] == ["O1", "O2", "O3"]
    found = read_community(msgspec.json.encode(document))
    assert {camera.owner_id for camera in found.cameras} <= {owner.owner_id for owner in found.owners}


def test_no_two_cameras_have_the_same_name(scene: Scene) -> None:
    names = [camera.name for camera in community_document(scene).cameras]
    assert len(set(names)) == len(names)


def test_everything_that_is_named_elsewhere_exists(scene: Scene) -> None:
    document = community_document(scene)
    police = {one.police_grid_id for one in document.police_grids}
    grids = {one.grid_id for one in document.grids}
    assert {grid.police_grid_id for grid in document.grids} <= police
    assert {venue.grid_id for venue in document.venues} <= grids


def test_the_map_shows_streets_buildings_green_water_grids_and_the_boundary(scene: Scene) -> None:
    kinds = {feature.properties.kind for feature in map_document(scene).features}
    assert kinds == {"street", "building", "green", "water", "grid", "boundary"}


def test_the_map_names_every_grid(scene: Scene) -> None:
    shown = {one.properties.grid_id: one.properties.name for one in map_document(scene).features}
    assert {grid.grid_id: grid.name for grid in scene.town.grids}.items() <= shown.items()


def test_rings_on_the_map_are_closed_and_anticlockwise(scene: Scene) -> None:
    for ring in _rings(map_document(scene)):
        assert ring[0] == ring[-1]
        pairs = itertools.pairwise(ring)
        assert sum((a[0] * b[1] - b[0] * a[1]) for a, b in pairs) > 0


def _rings(document: MapDocument) -> list[list[tuple[float, float]]]:
    rings = []
    for feature in document.features:
        if isinstance(feature.geometry, Polygon):
            for ring in feature.geometry.coordinates:
                rings.append([(x - 105.47, y - 25.1) for x, y in ring])
    assert rings
    return rings
