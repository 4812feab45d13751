"""How a camera stands, from clicks: points of the ground that the map knows too, or people who stand in the picture.

Four ground points give the plane's homography (direct linear transformation), from which the focal length follows
because picture axes are square to each other and of one scale (Zhang, "A flexible new technique for camera
calibration", 2000); least squares over all clicks then finds the stand of a camera that is not rolled. People give how
far the ground falls away: the head of a person of known height stands above the foot as the camera's height and tilt
say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from devices.protocol.sightings import Calibration
from hub.calibration.errors import Unsolvable
from hub.calibration.messages import GroundPoint, StandingPerson
from hub.calibration.pinhole import Floats, Origin, Stand

CLICK_ERROR_PX = 2.0
"""How far beside the point a person clicks, at a picture of 640 pixels; larger ones are clicked as coarsely."""
_CLICKED_WIDTH_PX = 640.0
_WORST_RMS = 0.015
"""Of the picture's width: clicks that fit worse than this to any camera are not of these places."""
_FOCALS = (0.55, 0.75, 1.0, 1.4, 2.0, 3.0)
"""Of the picture's width, tried where the homography gives none: 85 to 19 degrees of view."""
_FOCAL_PRIOR = 0.15
"""How well a camera's named angle of view says its focal length, as a share; lenses are sold by rounded figures."""
_HEIGHTS_M = (1.5, 30.0)
_TILTS_RAD = (math.radians(-5), math.radians(89))
_REFERENCE_M = 1.1
"""A child's height, whose error is told."""


@dataclass(frozen=True)
class Picture:
    """The size of the picture that was clicked in."""

    width_px: int
    height_px: int

    @property
    def middle_px(self) -> tuple[float, float]:
        """Where the optical axis is taken to pass."""
        return self.width_px / 2, self.height_px / 2

    @property
    def click_error_px(self) -> float:
        """How far beside the point a person clicks."""
        return CLICK_ERROR_PX * self.width_px / _CLICKED_WIDTH_PX


@dataclass(frozen=True)
class Solved:
    """A calibration, how far the clicks lie beside it (root mean square), and what it makes of a child's height."""

    calibration: Calibration
    rms_px: float
    child_error_m: float


def by_ground(points: Sequence[GroundPoint], picture: Picture) -> Solved:
    """From at least four points of the ground. Raises Unsolvable."""
    if len(points) < 4:
        raise Unsolvable("要点四个地面点", "four points of the ground are needed")
    origin = Origin(points[0].latitude, points[0].longitude)
    ground = np.array([(*origin.metres(point.latitude, point.longitude), 0.0) for point in points])
    clicked = np.array([(point.x_px, point.y_px) for point in points])
    _check_spread(ground[:, :2], clicked, picture)

    def residuals(values: Floats) -> Floats:
        return np.asarray((_stand(values).project(ground, picture.middle_px) - clicked).ravel())

    starts = list(_starts_of_ground(ground[:, :2], clicked, picture))
    best = _best(residuals, starts, picture)
    return _solved(best, residuals, picture, origin)


def by_people(
    people: Sequence[StandingPerson],
    picture: Picture,
    *,
    view_deg: float,
    latitude: float,
    longitude: float,
    heading_deg: float,
) -> Solved:
    """From at least two people, where the camera's place, heading and angle of view are known. Raises Unsolvable."""
    if len(people) < 2:
        raise Unsolvable("要画两个站立的人", "two standing people are needed")
    feet = np.array([(person.foot_x_px, person.foot_y_px) for person in people])
    heads = np.array([(person.head_x_px, person.head_y_px) for person in people])
    heights = np.array([person.height_m for person in people])
    if np.any(heads[:, 1] >= feet[:, 1]):
        raise Unsolvable("头要画在脚的上方", "a head must be above the foot")
    focal_px = picture.width_px / (2 * math.tan(math.radians(view_deg) / 2))
    heading = math.radians(heading_deg)

    def residuals(values: Floats) -> Floats:
        stand = Stand(math.exp(values[0]), math.exp(values[1]), values[2], heading, 0.0, 0.0)
        standing = np.column_stack([stand.ground_at(feet, picture.middle_px), heights])
        seen = np.nan_to_num(stand.project(standing, picture.middle_px), nan=-10.0 * picture.height_px)
        prior = (values[0] - math.log(focal_px)) / _FOCAL_PRIOR * picture.click_error_px
        return np.append((seen - heads)[:, 1], prior)

    starts = [
        np.array([math.log(focal_px), math.log(height_m), math.radians(tilt_deg)])
        for height_m in (2.5, 4.0, 7.0)
        for tilt_deg in (5.0, 20.0, 40.0, 60.0)
    ]
    best = _best(residuals, starts, picture)
    return _solved(best, residuals, picture, Origin(latitude, longitude), heading)


def _stand(values: Floats) -> Stand:
    return Stand(math.exp(values[0]), math.exp(values[1]), *(float(value) for value in values[2:]))


def _check_spread(ground: Floats, clicked: Floats, picture: Picture) -> None:
    """Raises Unsolvable where three of four points lie in a line, or all lie together."""
    for points, scale in ((ground, None), (clicked, float(picture.width_px))):
        spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
        widest = scale or spread[0]
        if spread[0] <= 0 or spread[1] < 0.02 * widest:
            raise Unsolvable(
                "这些点几乎在一条线上或离得太近，请选分布更开的四个点",
                "these points lie nearly in a line or too close together: choose four that are farther apart",
            )


def _starts_of_ground(ground: Floats, clicked: Floats, picture: Picture) -> Iterator[Floats]:
    """Stands to begin from: by the homography, with the focal length that it gives and with usual ones."""
    matrix = _homography(ground, (clicked - picture.middle_px) / picture.width_px)
    for focal in (*_focals_of(matrix), *_FOCALS):
        first, second, shift = (matrix / np.array([[focal], [focal], [1.0]])).T
        scale = 2 / (np.linalg.norm(first) + np.linalg.norm(second))
        for sign in (scale, -scale):
            right, forward = first * sign, second * sign
            up = np.cross(right, forward)
            turn = np.column_stack([right, forward, up])
            centre = -np.linalg.pinv(turn) @ (shift * sign)
            axis = turn[2]  # the optical axis in east, north, up
            if centre[2] <= 0:
                continue
            tilt = math.asin(float(np.clip(-axis[2] / max(np.linalg.norm(axis), 1e-9), -1, 1)))
            heading = math.atan2(axis[0], axis[1])
            yield np.array(
                [math.log(focal * picture.width_px), math.log(centre[2]), tilt, heading, centre[0], centre[1]]
            )


def _homography(ground: Floats, seen: Floats) -> Floats:
    """3 x 3, ground plane to picture (Hartley and Zisserman, "Multiple View Geometry", algorithm 4.1)."""
    rows = []
    for (east, north), (x, y) in zip(ground, seen, strict=True):
        rows.append([east, north, 1, 0, 0, 0, -x * east, -x * north, -x])
        rows.append([0, 0, 0, east, north, 1, -y * east, -y * north, -y])
    return np.asarray(np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3))


def _focals_of(matrix: Floats) -> Iterator[float]:
    """Focal lengths (of the picture's width) for which the ground's axes are square, and of one length."""
    (a, b), (c, d), (e, f) = matrix[0, :2], matrix[1, :2], matrix[2, :2]
    for above, below in ((-(a * b + c * d), e * f), (b * b + d * d - a * a - c * c, e * e - f * f)):
        if abs(below) > 1e-12 and 0.09 < above / below < 25:
            yield math.sqrt(above / below)


def _best(residuals: Callable[[Floats], Floats], starts: Sequence[Floats], picture: Picture) -> Floats:
    """The values with the least squares. Raises Unsolvable where even they lie far beside the clicks."""
    from scipy.optimize import least_squares  # a tenth of the hub's start, and of use on the day a camera is put up

    size = len(starts[0]) if starts else 0
    low = [math.log(0.25 * picture.width_px), math.log(_HEIGHTS_M[0]), _TILTS_RAD[0]] + [-np.inf] * (size - 3)
    high = [math.log(6.0 * picture.width_px), math.log(_HEIGHTS_M[1]), _TILTS_RAD[1]] + [np.inf] * (size - 3)
    found = []
    for start in starts:
        inside = np.clip(start, np.array(low) + 1e-3, np.array(high) - 1e-3)
        fitted = least_squares(residuals, inside, bounds=(low, high), x_scale="jac", max_nfev=200)  # type: ignore[operator]
        found.append((float(fitted.cost), fitted.x))
    if not found:
        raise _no_camera()
    _, values = min(found, key=lambda one: one[0])
    if _rms(residuals(values)) > _WORST_RMS * picture.width_px:
        raise _no_camera()
    return np.asarray(values)


def _no_camera() -> Unsolvable:
    return Unsolvable(
        "没有一种摄像头位置能对上这些点，请检查每个点在画面和地图上是不是同一处",
        "no camera could see these points so: check that each is the same place in the picture and on the map",
    )


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _solved(
    values: Floats,
    residuals: Callable[[Floats], Floats],
    picture: Picture,
    origin: Origin,
    heading_rad: float | None = None,
) -> Solved:
    stand = _whole(values, heading_rad)
    latitude, longitude = origin.degrees(stand.east_m, stand.north_m)
    calibration = Calibration(
        width_px=picture.width_px,
        height_px=picture.height_px,
        focal_px=stand.focal_px,
        center_x_px=picture.middle_px[0],
        center_y_px=picture.middle_px[1],
        camera_height_m=stand.height_m,
        tilt_deg=math.degrees(stand.tilt_rad),
        heading_deg=math.degrees(stand.heading_rad) % 360.0,
        latitude=latitude,
        longitude=longitude,
    )
    return Solved(calibration, _rms(residuals(values)), _child_error_m(values, residuals, picture, heading_rad))


def _whole(values: Floats, heading_rad: float | None) -> Stand:
    if heading_rad is None:
        return _stand(values)
    return Stand(math.exp(values[0]), math.exp(values[1]), float(values[2]), heading_rad, 0.0, 0.0)


def _child_error_m(
    values: Floats, residuals: Callable[[Floats], Floats], picture: Picture, heading_rad: float | None
) -> float:
    """What clicks that lie CLICK_ERROR_PX beside are worth in the height of a child in the picture's lower middle.

    The clicks' covariance through the least squares' (first order), then through the height's own derivative.
    """

    def measured_m(changed: Floats) -> float:
        """The height that a child's head and foot, seen where ``values`` puts them, would have by other values."""
        other = _whole(changed, heading_rad)
        foot = other.ground_at(seen_foot, picture.middle_px)
        heights = np.linspace(0.3, 2.3, 81)
        standing = np.column_stack([np.repeat(foot, len(heights), axis=0), heights])
        tops = other.project(standing, picture.middle_px)[:, 1]
        return float(np.interp(-seen_head[0, 1], -tops, heights))

    stand = _whole(values, heading_rad)
    seen_foot = np.array([[picture.width_px / 2, picture.height_px * 0.75]])
    child = np.column_stack([stand.ground_at(seen_foot, picture.middle_px), [_REFERENCE_M]])
    seen_head = stand.project(child, picture.middle_px)
    slopes = _slopes(residuals, values)
    covariance = np.linalg.pinv(slopes.T @ slopes) * picture.click_error_px**2
    slope = _slopes(lambda changed: np.array([measured_m(changed)]), values)[0]
    return float(math.sqrt(max(slope @ covariance @ slope, 0.0)))


def _slopes(function: Callable[[Floats], Floats], values: Floats) -> Floats:
    columns = []
    for index in range(len(values)):
        step = np.zeros_like(values)
        step[index] = 1e-5 * max(1.0, abs(values[index]))
        columns.append((function(values + step) - function(values - step)) / (2 * step[index]))
    return np.column_stack(columns)
