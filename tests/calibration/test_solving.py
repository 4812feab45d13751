"""A camera's stand is found again from what a person clicks in its picture, and nonsense is refused in words."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from hub.calibration.drawing import footprint, sticks
from hub.calibration.errors import Unsolvable
from hub.calibration.messages import GroundPoint, StandingPerson
from hub.calibration.pinhole import Origin
from hub.calibration.solving import Picture, by_ground, by_people
from simulators.community.viewpoint import Viewpoint

PICTURE = Picture(640, 360)
ORIGIN = Origin(25.1, 105.47)


def camera(
    *, height_m: float = 4.0, heading_deg: float = 130.0, tilt_deg: float = 25.0, focal_px: float = 500.0
) -> Viewpoint:
    """The simulated community's own camera: the truth."""
    return Viewpoint(12.0, -7.0, height_m, heading_deg, tilt_deg, focal_px, PICTURE.width_px, PICTURE.height_px)


def ground_before(view: Viewpoint, ahead_m: float, right_m: float) -> tuple[float, float]:
    heading = math.radians(view.heading_deg)
    return (
        view.east_m + ahead_m * math.sin(heading) + right_m * math.cos(heading),
        view.north_m + ahead_m * math.cos(heading) - right_m * math.sin(heading),
    )


def point(view: Viewpoint, ahead_m: float, right_m: float, beside_px: tuple[float, float] = (0, 0)) -> GroundPoint:
    east, north = ground_before(view, ahead_m, right_m)
    x, y, _ = view.project(np.array([east, north, 0.0]))
    latitude, longitude = ORIGIN.degrees(east, north)
    return GroundPoint(x_px=x + beside_px[0], y_px=y + beside_px[1], latitude=latitude, longitude=longitude)


def person(view: Viewpoint, ahead_m: float, right_m: float, height_m: float = 1.65) -> StandingPerson:
    east, north = ground_before(view, ahead_m, right_m)
    foot, head = (view.project(np.array([east, north, up])) for up in (0.0, height_m))
    return StandingPerson(foot_x_px=foot[0], foot_y_px=foot[1], head_x_px=head[0], head_y_px=head[1], height_m=height_m)


FOUR = ((5.0, -2.0), (5.5, 2.2), (14.0, 4.0), (12.0, -4.5))


@pytest.mark.parametrize("height_m", [2.6, 4.0, 9.0])
@pytest.mark.parametrize("tilt_deg", [8.0, 25.0, 50.0])
@pytest.mark.parametrize("focal_px", [380.0, 700.0])
def test_four_ground_points_say_how_the_camera_stands(height_m: float, tilt_deg: float, focal_px: float) -> None:
    view = camera(height_m=height_m, tilt_deg=tilt_deg, focal_px=focal_px)
    found = by_ground([point(view, *place) for place in FOUR], PICTURE)
    calibration = found.calibration
    assert calibration.camera_height_m == pytest.approx(height_m, rel=0.01)
    assert calibration.tilt_deg == pytest.approx(tilt_deg, abs=0.3)
    assert calibration.heading_deg == pytest.approx(130.0, abs=0.3)
    assert calibration.focal_px == pytest.approx(focal_px, rel=0.01)
    assert ORIGIN.metres(calibration.latitude, calibration.longitude) == pytest.approx((12.0, -7.0), abs=0.1)
    assert found.rms_px < 0.1


def test_coarse_clicks_still_place_the_camera_and_the_error_that_is_told_is_about_theirs() -> None:
    view, chance = camera(), random.Random(3)
    errors = []
    told = []
    for _ in range(12):
        clicks = [point(view, *place, (chance.gauss(0, 2), chance.gauss(0, 2))) for place in FOUR]
        found = by_ground(clicks, PICTURE)
        child = person(view, 8.0, 0.5, 1.1)
        errors.append(measured(found.calibration, child) - 1.1)
        told.append(found.child_error_m)
    spread = float(np.sqrt(np.mean(np.square(errors))))
    assert spread < 0.25
    assert 0.3 * spread < float(np.median(told)) < 4 * spread


def measured(calibration: object, who: StandingPerson) -> float:
    from devices.protocol.sightings import BoxAt, Calibration
    from hub.vision.description.height import estimate_height

    assert isinstance(calibration, Calibration)
    height_px = who.foot_y_px - who.head_y_px
    box = BoxAt(offset_ms=0, left=who.foot_x_px - 10, top=who.head_y_px, width=20, height=height_px)
    found = estimate_height(calibration, [box], PICTURE.width_px, PICTURE.height_px)
    assert found is not None
    return found.height_m


@pytest.mark.parametrize(("height_m", "tilt_deg"), [(2.8, 12.0), (4.0, 25.0), (6.0, 35.0)])
def test_two_standing_people_say_height_and_tilt(height_m: float, tilt_deg: float) -> None:
    view = camera(height_m=height_m, tilt_deg=tilt_deg)
    people = [person(view, 6.0, -1.0), person(view, 11.0, 2.0)]
    latitude, longitude = ORIGIN.degrees(view.east_m, view.north_m)
    found = by_people(
        people, PICTURE, view_deg=view.view_deg, latitude=latitude, longitude=longitude, heading_deg=130.0
    )
    assert found.calibration.camera_height_m == pytest.approx(height_m, rel=0.03)
    assert found.calibration.tilt_deg == pytest.approx(tilt_deg, abs=1.0)
    assert measured(found.calibration, person(view, 8.0, 0.0, 1.1)) == pytest.approx(1.1, abs=0.03)


def test_points_in_a_line_are_refused_and_told_what_to_do() -> None:
    view = camera()
    with pytest.raises(Unsolvable, match="farther apart"):
        by_ground([point(view, ahead, 0.0) for ahead in (4.0, 6.0, 8.0, 12.0)], PICTURE)


def test_points_that_are_not_the_same_places_are_refused() -> None:
    view = camera()
    points = [point(view, *place) for place in FOUR]
    swapped = [
        GroundPoint(x_px=a.x_px, y_px=a.y_px, latitude=b.latitude, longitude=b.longitude)
        for a, b in zip(points, [points[1], points[3], points[0], points[2]], strict=True)
    ]
    with pytest.raises(Unsolvable, match="check that each"):
        by_ground(swapped, PICTURE)


def test_a_person_upside_down_is_refused() -> None:
    upside = StandingPerson(foot_x_px=100, foot_y_px=50, head_x_px=100, head_y_px=150)
    with pytest.raises(Unsolvable, match="above the foot"):
        by_people([upside, upside], PICTURE, view_deg=60, latitude=25, longitude=105, heading_deg=0)


def test_the_height_grid_stands_upright_and_the_footprint_lies_before_the_camera() -> None:
    calibration = by_ground([point(camera(), *place) for place in FOUR], PICTURE).calibration
    grid = sticks(calibration)
    assert len(grid) >= 6
    assert all(stick.adult[1] < stick.child[1] < stick.foot[1] for stick in grid)
    metres = [Origin(calibration.latitude, calibration.longitude).metres(*at) for at in footprint(calibration)]
    heading = math.radians(130.0)
    assert all(east * math.sin(heading) + north * math.cos(heading) > 0 for east, north in metres)
    assert max(math.hypot(*at) for at in metres) == pytest.approx(40.0, abs=0.5)
