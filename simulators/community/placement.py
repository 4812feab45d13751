"""What stands where: venues in the lots, cameras at venues, and the missing child's way past most of them."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from simulators.community.backdrop import StreetSide
from simulators.community.ground import Point
from simulators.community.names import SHARES, VenueKind, counted, venue_names
from simulators.community.parameters import HEIGHT_PX, WIDTH_PX, Parameters
from simulators.community.town import STREET_WIDTH_M, Lot, Node, Town
from simulators.community.viewpoint import Viewpoint

VENUES = 130
ROUTE_CAMERAS = 9
"""At most so many cameras stand along the missing child's way; the others stand elsewhere."""

_FROM_FRONT_M = 0.3
_FIRST_M, _SPACING_M = 18.0, 21.0
_PER_EDGE = 3


@dataclass(frozen=True)
class Venue:
    venue_id: str
    name: str
    kind: VenueKind
    grid_id: str
    point: Point


@dataclass(frozen=True)
class SceneCamera:
    """A camera at a venue: its geometry, the street it looks at, and how its picture differs from the others'.

    ``stretch`` is the stretch of street that it sees, as distances (from, to) along ``street.along`` from the camera.
    ``gains`` multiply blue, green, red; ``noise`` is the standard deviation of a pixel.
    """

    camera_id: str
    name: str
    venue_id: str
    viewpoint: Viewpoint
    street: StreetSide
    stretch: tuple[float, float]
    gains: tuple[float, float, float]
    noise: float
    seed: int


@dataclass(frozen=True)
class Placement:
    """Venues, cameras, the missing child's ``route`` (crossings) and where on it she is past the last camera."""

    venues: list[Venue]
    cameras: list[SceneCamera]
    route: list[Node]
    route_end_m: float
    busy: set[tuple[Node, Node]]


@dataclass(frozen=True)
class _Spot:
    edge: tuple[Node, Node]
    forward: bool
    walked_m: float
    angle_deg: float


def place_all(town: Town, parameters: Parameters, rng: np.random.Generator) -> Placement:
    """Choose the route, stand the cameras, and give every venue a lot; the lots behind cameras come first."""
    column = int(rng.integers(2, 4))
    route = [(column, 2), (column + 1, 2), (column + 2, 2), (column + 2, 3)]
    spots, end_m = _route_spots(town, route, min(ROUTE_CAMERAS, math.ceil(parameters.cameras * 0.75)), rng)
    spots += _other_spots(town, route, parameters.cameras - len(spots), rng)
    stands = [_stand(town, spot) for spot in spots]
    behind = [_nearest(town.lots, stand[0]) for stand in stands]
    venues = _venues(town, behind, rng)
    venue_of_lot = {venue.point: venue for venue in venues}
    numbers = rng.permutation(len(spots)) + 1
    cameras: list[SceneCamera] = []
    for number, spot, (point, street, stretch), lot in zip(numbers, spots, stands, behind, strict=True):
        venue = venue_of_lot[lot.door]
        heading = _heading_deg(street, spot.angle_deg)
        viewpoint = Viewpoint(
            east_m=point.east,
            north_m=point.north,
            height_m=round(float(rng.uniform(3.1, 3.6)), 2),
            heading_deg=heading,
            tilt_deg=round(float(rng.uniform(18.5, 20.0)), 1),
            focal_px=round(float(rng.uniform(620, 690)), 1),
            width_px=WIDTH_PX,
            height_px=HEIGHT_PX,
        )
        warm, bright = rng.uniform(-0.06, 0.06), rng.uniform(0.9, 1.1)
        cameras.append(
            SceneCamera(
                camera_id=f"C{number:02d}",
                name=_camera_name(venue, heading, cameras),
                venue_id=venue.venue_id,
                viewpoint=viewpoint,
                street=street,
                stretch=stretch,
                gains=(float(bright * (1 - warm)), float(bright), float(bright * (1 + warm))),
                noise=float(rng.uniform(1.2, 2.2)),
                seed=int(rng.integers(1, 2**31)),
            )
        )
    busy = {_edge(a, b) for a, b in itertools.pairwise(route)} | {_edge(*spot.edge) for spot in spots}
    return Placement(venues, sorted(cameras, key=lambda camera: camera.camera_id), route, end_m, busy)


def _edge(a: Node, b: Node) -> tuple[Node, Node]:
    return (a, b) if a < b else (b, a)


def _nearest(lots: list[Lot], point: Point) -> Lot:
    return min(lots, key=lambda lot: math.dist(lot.door, point))


def _route_spots(town: Town, route: list[Node], count: int, rng: np.random.Generator) -> tuple[list[_Spot], float]:
    """Cameras on the left of the way, looking across it, and how far along the way the last view ends."""
    spots: list[_Spot] = []
    passed, end = 0.0, 20.0
    for a, b in itertools.pairwise(route):
        for index in range(_PER_EDGE):
            if len(spots) < count:
                walked = _FIRST_M + index * _SPACING_M + float(rng.uniform(-1.5, 1.5))
                spots.append(_Spot((a, b), True, walked, float(rng.uniform(66, 104))))
                end = passed + walked + 9.0
        passed += math.dist(town.crossings[a], town.crossings[b])
    return spots, end


def _other_spots(town: Town, route: list[Node], count: int, rng: np.random.Generator) -> list[_Spot]:
    """Cameras on streets that branch off from the way."""
    on_way = {_edge(a, b) for a, b in itertools.pairwise(route)}
    off = [edge for edge in town.edges if _edge(*edge) not in on_way and (edge[0] in route or edge[1] in route)]
    inner = [edge for edge in off if all(0 < column < 7 and 0 < row < 5 for column, row in edge)]
    spots = []
    for index in range(count):
        edge = inner[index % len(inner)] if index else inner[int(rng.integers(len(inner)))]
        forward = bool(rng.random() < 0.5)
        spots.append(_Spot(edge, forward, float(rng.uniform(28, 50)), float(rng.uniform(52, 84))))
    return spots


def _stand(town: Town, spot: _Spot) -> tuple[Point, StreetSide, tuple[float, float]]:
    """Where the camera stands (left of the direction of walking), its street, and the stretch of it in view."""
    a, b = spot.edge if spot.forward else spot.edge[::-1]
    start, end = np.array(town.crossings[a]), np.array(town.crossings[b])
    length = float(np.hypot(*(end - start)))
    along = (end - start) / length
    right = np.array([along[1], -along[0]])
    stand = start + along * spot.walked_m - right * (STREET_WIDTH_M / 2 - _FROM_FRONT_M)
    street = StreetSide(
        along=(float(along[0]), float(along[1])),
        across=(float(right[0]), float(right[1])),
        width_m=STREET_WIDTH_M - _FROM_FRONT_M,
    )
    reach = STREET_WIDTH_M / 2
    return (
        Point(float(stand[0]), float(stand[1])),
        street,
        (-spot.walked_m - reach, length - spot.walked_m + reach),
    )


def _heading_deg(street: StreetSide, angle_deg: float) -> float:
    """The compass direction ``angle_deg`` to the right of the street's own."""
    along = math.degrees(math.atan2(street.along[0], street.along[1]))
    return round((along + angle_deg) % 360, 1)


def _camera_name(venue: Venue, heading_deg: float, named: list[SceneCamera]) -> str:
    """After the venue and the direction; further cameras at the same venue are numbered."""
    name = f"{venue.name}门口{_direction(heading_deg)}向"
    same = sum(camera.name.startswith(name) for camera in named)
    return f"{name}{counted(same + 1)}号" if same else name


def _direction(heading_deg: float) -> str:
    return ("北", "东北", "东", "东南", "南", "西南", "西", "西北")[round(heading_deg / 45) % 8]


def _venues(town: Town, first: list[Lot], rng: np.random.Generator) -> list[Venue]:
    """130 venues: those lots named first, then others at random; a venue is numbered by grid."""
    chosen = {lot.lot: lot for lot in first}
    for index in rng.permutation(len(town.lots)):
        if len(chosen) == VENUES:
            break
        chosen[int(index)] = town.lots[int(index)]
    lots = sorted(chosen.values(), key=lambda lot: (lot.grid_id, lot.lot))
    kinds: list[VenueKind] = []
    for kind, share in SHARES.items():
        kinds += [kind] * round(share * VENUES)
    kinds = [*kinds, *[VenueKind.PROPERTY] * VENUES][:VENUES]
    order = [kinds[int(index)] for index in rng.permutation(VENUES)]
    names = venue_names(order, rng)
    return [
        Venue(f"V{number:03d}", name, kind, lot.grid_id, lot.door)
        for number, (lot, kind, name) in enumerate(zip(lots, order, names, strict=True), start=1)
    ]
