"""The still part of a camera's picture: pavements, shop fronts and sky, found by casting a ray through each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from simulators.community.arrays import Floats, Image, Ints
from simulators.community.viewpoint import Viewpoint

OVERSAMPLING = 2
FLOOR_M = 3.3
SIDEWALK_M = 2.4
KERB_M = 0.18

_PLASTER = np.array(
    [(168, 186, 196), (150, 165, 172), (190, 200, 204), (140, 160, 185), (176, 182, 180), (130, 150, 168)], dtype=float
)
_SIGNS = np.array(
    [(60, 60, 150), (120, 80, 40), (60, 120, 70), (50, 130, 170), (90, 90, 95), (130, 70, 100)], dtype=float
)


@dataclass(frozen=True)
class StreetSide:
    """The straight stretch of street before a camera: it runs along ``along`` (east, north); the far fronts stand
    ``width_m`` away in the direction ``across``, measured from the camera.
    """

    along: tuple[float, float]
    across: tuple[float, float]
    width_m: float


def _hash(*cells: npt.NDArray[np.float64] | Ints | int) -> Floats:
    """A fixed pseudo-random number 0..1 for each integer cell."""
    total = np.zeros(1)
    for cell, factor in zip(cells, (127.1, 311.7, 74.7, 19.3), strict=False):
        total = total + np.floor(cell) * factor
    value = np.sin(total) * 43758.5453
    return np.asarray(value - np.floor(value))


def _smooth(x: Floats, y: Floats, seed: int) -> Floats:
    """Value noise -1..1 with cells of one unit."""
    fx, fy = x - np.floor(x), y - np.floor(y)
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    bottom = _hash(x, y, seed) * (1 - fx) + _hash(x + 1, y, seed) * fx
    top = _hash(x, y + 1, seed) * (1 - fx) + _hash(x + 1, y + 1, seed) * fx
    return np.asarray(2 * (bottom * (1 - fy) + top * fy) - 1)


def _ground(along: Floats, across: Floats, width_m: float, seed: int) -> Floats:
    """Colours (N, 3) of ground points given along and across the street."""
    grain = 7 * _smooth(along * 9, across * 9, seed) + 6 * _smooth(along * 0.7, across * 0.7, seed + 1)
    asphalt = np.array([118.0, 116.0, 114.0]) + grain[:, None]
    dashes = (np.abs(across - width_m / 2) < 0.06) & (np.mod(along, 6.0) < 3.0)
    asphalt[dashes] = np.array([190.0, 192.0, 192.0]) + grain[dashes, None]
    tile = 10 * (_hash(along / 0.5, across / 0.5, seed) - 0.5) + 4 * _smooth(along * 3, across * 3, seed + 2)
    joint = (np.mod(along, 0.5) < 0.03) | (np.mod(across, 0.5) < 0.03)
    paving = np.array([148.0, 156.0, 162.0]) + tile[:, None] - 22.0 * joint[:, None]
    near, far = across < SIDEWALK_M, across > width_m - SIDEWALK_M
    colours = np.where((near | far)[:, None], paving, asphalt)
    kerb = (np.abs(across - SIDEWALK_M) < KERB_M / 2) | (np.abs(across - width_m + SIDEWALK_M) < KERB_M / 2)
    colours[kerb] = np.array([172.0, 174.0, 174.0]) + 0.6 * grain[kerb, None]
    gutter = np.clip(1 - np.abs(across - width_m) / 0.7, 0, 1)
    return np.asarray(colours * (1 - 0.35 * gutter[:, None]))


def _fronts(along: Floats, height: Floats, edges: Floats, roofs: Floats, seed: int) -> Floats:
    """Colours (N, 3) of points on the row of buildings; sky above a building's roof is not asked for here."""
    house = np.searchsorted(edges, along)
    inside = along - edges[np.maximum(house - 1, 0)]
    pick = (_hash(house, seed) * len(_PLASTER)).astype(int)
    grain = 5 * _smooth(along * 5, height * 5, seed + 3) + 7 * _smooth(along * 0.5, height * 0.8, seed + 4)
    colours = _PLASTER[pick] + grain[:, None]
    floor = np.floor(height / FLOOR_M)
    up = height - floor * FLOOR_M
    bay = np.mod(inside, 2.7)
    upper = (floor >= 1) & (bay > 0.6) & (bay < 2.1) & (up > 0.9) & (up < 2.5)
    glass = 70 + 45 * _hash(house, floor, np.floor(inside / 2.7), seed)[:, None] + np.array([16.0, 8.0, 0.0])
    frame = upper & ((bay < 0.68) | (bay > 2.02) | (np.abs(bay - 1.35) < 0.04) | (up < 0.97) | (up > 2.43))
    colours = np.where(upper[:, None], glass, colours)
    colours[frame] = 205.0
    shop = (floor < 1) & (np.mod(inside, 4.2) > 0.45) & (height > 0.12) & (height < 2.55)
    shut = _hash(house, np.floor(inside / 4.2), seed + 5) < 0.55
    slats = 150 + 12 * (np.mod(height, 0.12) < 0.05)[:, None] + np.array([4.0, 2.0, 0.0]) + 0.5 * grain[:, None]
    window = 78 + 24 * _smooth(along * 1.7, height * 1.3, seed + 6)[:, None] + np.array([10.0, 6.0, 2.0])
    colours = np.where((shop & shut)[:, None], slats, colours)
    colours = np.where((shop & ~shut)[:, None], window, colours)
    post = shop & ~shut & (np.mod(inside, 1.4) < 0.07)
    colours[post] = 168.0
    sign = (floor < 1) & (height >= 2.62) & (height < 3.2) & (np.mod(inside, 4.2) > 0.3)
    tint = _SIGNS[(_hash(house, np.floor(inside / 4.2), seed + 7) * len(_SIGNS)).astype(int)]
    letters = (
        (np.mod(inside, 0.55) < 0.3) & (np.abs(height - 2.91) < 0.15) & (_smooth(along * 9, height * 12, seed) > -0.2)
    )
    colours = np.where(sign[:, None], np.where(letters[:, None], 225.0, tint), colours)
    plinth = height < 0.3
    colours[plinth & ~shop] *= 0.8
    shade = np.clip(1 - np.abs(roofs[house] - height) / 0.4, 0, 1)
    return np.asarray(colours * (1 - 0.25 * shade[:, None]))


def draw_backdrop(viewpoint: Viewpoint, street: StreetSide, seed: int) -> Image:
    """The empty street as this camera sees it."""
    rays = viewpoint.rays(OVERSAMPLING)
    shape = rays.shape[:2]
    rays = rays.reshape(-1, 3)
    along_ray = rays[:, :2] @ np.array(street.along)
    across_ray = rays[:, :2] @ np.array(street.across)
    up_ray = rays[:, 2]
    far = 400.0
    with np.errstate(divide="ignore", invalid="ignore"):
        to_ground = np.where(up_ray < -1e-6, -viewpoint.height_m / up_ray, far)
        to_front = np.where(across_ray > 1e-6, street.width_m / across_ray, far)
    rng = np.random.default_rng(seed)
    edges = -160 + np.cumsum(rng.uniform(8, 14, 40))
    roofs = FLOOR_M * rng.integers(2, 6, 41).astype(np.float64) + 0.5
    sky = np.array([226.0, 214.0, 202.0]) - 60 * np.clip(up_ray, 0, 1)[:, None] * np.array([0.1, 0.5, 1.0])
    colours = sky.copy()
    distance = np.minimum(to_ground, to_front)
    hit_along = along_ray * distance
    ground = (to_ground <= to_front) & (to_ground < far)
    colours[ground] = _ground(hit_along[ground], (across_ray * distance)[ground], street.width_m, seed)
    height = viewpoint.height_m + up_ray * distance
    front = ~ground & (to_front < far) & (height < roofs[np.searchsorted(edges, hit_along)])
    colours[front] = _fronts(hit_along[front], height[front], edges, roofs, seed)
    haze = np.clip((distance - 25) / 180, 0, 0.75)[:, None]
    colours = colours * (1 - haze) + sky * haze
    picture = np.clip(colours.reshape(*shape, 3), 0, 255).astype(np.uint8)
    _stand_things(picture, viewpoint, street, rng)
    size = (viewpoint.width_px, viewpoint.height_px)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _stand_things(picture: Image, viewpoint: Viewpoint, street: StreetSide, rng: np.random.Generator) -> None:
    """Trees and planters on the far pavement, beyond where people walk, farthest first."""
    places = np.sort(rng.uniform(-3, 26, 7))[::-1]
    for along_m in places:
        foot = np.array([viewpoint.east_m, viewpoint.north_m]) + along_m * np.array(street.along)
        foot = foot + (street.width_m - SIDEWALK_M + 0.55) * np.array(street.across)
        if rng.random() < 0.5:
            _tree(picture, viewpoint, foot, rng)
        else:
            _planter(picture, viewpoint, foot, rng)


def _tree(picture: Image, viewpoint: Viewpoint, foot: Floats, rng: np.random.Generator) -> None:
    """A trunk, round by shading; its crown is above the picture."""
    radius = float(rng.uniform(0.10, 0.16))
    ends = viewpoint.project(np.array([[*foot, 0.0], [*foot, 4.0]]))
    if ends[:, 2].min() < 1:
        return
    for share in np.linspace(1, 0, 9):
        colour = np.array([58.0, 70.0, 84.0]) * (0.6 + 0.55 * (1 - share))
        half = radius * viewpoint.focal_px / ends[:, 2] * share
        shift = (1 - share) * half * 0.3
        quad = [
            [ends[0, 0] - half[0] + shift[0], ends[0, 1]],
            [ends[0, 0] + half[0] + shift[0], ends[0, 1]],
            [ends[1, 0] + half[1] + shift[1], ends[1, 1]],
            [ends[1, 0] - half[1] + shift[1], ends[1, 1]],
        ]
        _fill(picture, quad, colour)


def _planter(picture: Image, viewpoint: Viewpoint, foot: Floats, rng: np.random.Generator) -> None:
    """A stone tub with a low shrub."""
    top = viewpoint.project(np.array([[*foot, 0.0], [*foot, 0.45], [*foot, 0.7]]))
    if top[:, 2].min() < 1:
        return
    half = 0.42 * viewpoint.focal_px / top[0, 2]
    for _ in range(60):
        offset = rng.normal(0, 0.4, 2) * half
        tone = np.array([52.0, 96.0, 62.0]) * rng.uniform(0.6, 1.25)
        centre = ((top[2, :2] + offset * (1.0, 0.6)) * OVERSAMPLING).astype(int)
        cv2.circle(picture, centre.tolist(), max(2, int(half * 0.34)), tone.tolist(), -1, cv2.LINE_AA)
    quad = [
        [top[0, 0] - half * 0.85, top[0, 1]],
        [top[0, 0] + half * 0.85, top[0, 1]],
        [top[1, 0] + half, top[1, 1]],
        [top[1, 0] - half, top[1, 1]],
    ]
    _fill(picture, quad, np.array([120.0, 132.0, 142.0]))


def _fill(picture: Image, corners: list[list[float]], colour: Floats) -> None:
    points = (np.array(corners) * OVERSAMPLING).round().astype(np.int32)
    cv2.fillConvexPoly(picture, points, colour.tolist(), cv2.LINE_AA)
