"""The files that the hub reads: community.json, which it imports, and map.geojson, which it serves."""

from __future__ import annotations

import msgspec

from devices.protocol.sightings import Calibration
from simulators.community.ground import LATITUDE, LONGITUDE, Point, place_of
from simulators.community.names import VenueKind
from simulators.community.placement import SceneCamera
from simulators.community.scene import Scene

COMMUNITY_NAME = "栖凤社区"
TIME_ZONE = "Asia/Shanghai"
_RANGE_M = 15.0


class CommunityEntry(msgspec.Struct, frozen=True):
    name: str
    latitude: float
    longitude: float
    time_zone: str


class PoliceGridEntry(msgspec.Struct, frozen=True):
    police_grid_id: str
    name: str


class GridEntry(msgspec.Struct, frozen=True):
    grid_id: str
    name: str
    police_grid_id: str


class VenueEntry(msgspec.Struct, frozen=True):
    venue_id: str
    name: str
    kind: str
    grid_id: str
    latitude: float
    longitude: float


class RadioEntry(msgspec.Struct, frozen=True):
    radio_id: str
    venue_id: str
    name: str


class OwnerEntry(msgspec.Struct, frozen=True):
    owner_id: str
    name: str
    contact: str


OWNERS = {
    VenueKind.PROPERTY: OwnerEntry("O1", "栖凤物业联合会", "0859-5220101"),
    VenueKind.HOTEL: OwnerEntry("O2", "平安黔哨公共场所视频", "0859-5220102"),
    VenueKind.ENTERTAINMENT: OwnerEntry("O2", "平安黔哨公共场所视频", "0859-5220102"),
    VenueKind.SCHOOL: OwnerEntry("O3", "县教育局", "0859-5220103"),
}
"""Three networks of cameras used as one: whose a camera is goes by the kind of its venue."""


class CameraEntry(msgspec.Struct, frozen=True):
    camera_id: str
    name: str
    venue_id: str
    owner_id: str
    latitude: float
    longitude: float
    heading_deg: float
    view_deg: float
    range_m: float
    calibration: Calibration


class CommunityDocument(msgspec.Struct, frozen=True):
    """community.json; field names are those of docs/api.md."""

    community: CommunityEntry
    police_grids: list[PoliceGridEntry]
    grids: list[GridEntry]
    venues: list[VenueEntry]
    radios: list[RadioEntry]
    owners: list[OwnerEntry]
    cameras: list[CameraEntry]


def community_document(scene: Scene) -> CommunityDocument:
    """What the hub's registry imports."""
    kinds = {venue.venue_id: venue.kind for venue in scene.placement.venues}
    venues = []
    for venue in scene.placement.venues:
        place = place_of(venue.point)
        venues.append(
            VenueEntry(venue.venue_id, venue.name, venue.kind.value, venue.grid_id, place.latitude, place.longitude)
        )
    return CommunityDocument(
        community=CommunityEntry(COMMUNITY_NAME, LATITUDE, LONGITUDE, TIME_ZONE),
        police_grids=[PoliceGridEntry(one.police_grid_id, one.name) for one in scene.town.police_grids],
        grids=[GridEntry(one.grid_id, one.name, one.police_grid_id) for one in scene.town.grids],
        venues=venues,
        radios=[
            RadioEntry(f"R{number:03d}", venue.venue_id, f"{venue.name}保安")
            for number, venue in enumerate(scene.placement.venues, start=1)
        ],
        owners=list(dict.fromkeys(OWNERS.values())),
        cameras=[_camera_entry(camera, OWNERS[kinds[camera.venue_id]].owner_id) for camera in scene.placement.cameras],
    )


def _camera_entry(camera: SceneCamera, owner_id: str) -> CameraEntry:
    view = camera.viewpoint
    place = place_of(Point(view.east_m, view.north_m))
    return CameraEntry(
        camera_id=camera.camera_id,
        name=camera.name,
        venue_id=camera.venue_id,
        owner_id=owner_id,
        latitude=place.latitude,
        longitude=place.longitude,
        heading_deg=view.heading_deg,
        view_deg=round(view.view_deg, 1),
        range_m=_RANGE_M,
        calibration=Calibration(
            width_px=view.width_px,
            height_px=view.height_px,
            focal_px=view.focal_px,
            center_x_px=view.width_px / 2,
            center_y_px=view.height_px / 2,
            camera_height_m=view.height_m,
            tilt_deg=view.tilt_deg,
            heading_deg=view.heading_deg,
            latitude=place.latitude,
            longitude=place.longitude,
        ),
    )


class LineString(msgspec.Struct, frozen=True, tag_field="type", tag="LineString"):
    """GeoJSON (RFC 7946): positions are longitude, latitude."""

    coordinates: list[tuple[float, float]]


class Polygon(msgspec.Struct, frozen=True, tag_field="type", tag="Polygon"):
    """An outer ring, closed."""

    coordinates: list[list[tuple[float, float]]]


class Properties(msgspec.Struct, frozen=True, omit_defaults=True):
    kind: str
    name: str | None = None
    grid_id: str | None = None
    police_grid_id: str | None = None


class Feature(msgspec.Struct, frozen=True):
    geometry: LineString | Polygon
    properties: Properties
    type: str = "Feature"


class MapDocument(msgspec.Struct, frozen=True):
    """map.geojson, as ``GET /api/map`` answers it."""

    features: list[Feature]
    type: str = "FeatureCollection"


def map_document(scene: Scene) -> MapDocument:
    """The boundary first, then areas from large to small, then streets, so that drawing in order looks right."""
    town = scene.town
    features = [_area(town.boundary, Properties("boundary", COMMUNITY_NAME))]
    features += [
        _area(grid.outline, Properties("grid", grid.name, grid.grid_id, grid.police_grid_id)) for grid in town.grids
    ]
    features += [_area(outline, Properties("water", "安龙河")) for outline in town.water]
    features += [_area(outline, Properties("green")) for outline in town.green]
    named = {venue.point: venue.name for venue in scene.placement.venues}
    features += [_area(lot.outline, Properties("building", named.get(lot.door))) for lot in town.lots]
    features += [
        Feature(LineString(_positions(street.points)), Properties("street", street.name)) for street in town.streets
    ]
    return MapDocument(features)


def _positions(points: list[Point]) -> list[tuple[float, float]]:
    places = [place_of(point) for point in points]
    return [(place.longitude, place.latitude) for place in places]


def _area(outline: list[Point], properties: Properties) -> Feature:
    """A polygon, its ring anticlockwise and closed as RFC 7946 (3.1.6) asks."""
    doubled = sum(a.east * b.north - b.east * a.north for a, b in zip(outline, [*outline[1:], outline[0]], strict=True))
    ring = outline if doubled > 0 else outline[::-1]
    return Feature(Polygon([_positions([*ring, ring[0]])]), properties)
