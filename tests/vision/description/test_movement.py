"""Ways through a picture, and over the ground where the camera is calibrated."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from devices.protocol.sightings import BoxAt, Movement
from hub.vision.description.movement import course_of
from tests.vision.description.test_height import CAMERA, box_of

WAYS = {
    Movement.RIGHT: ((12.0, -3.0), (0.0, 1.2)),
    Movement.LEFT: ((12.0, 3.0), (0.0, -1.2)),
    Movement.AWAY: ((8.0, 1.0), (1.2, 0.0)),
    Movement.TOWARDS: ((15.0, -1.0), (-1.2, 0.0)),
    Movement.STANDING: ((12.0, 1.0), (0.0, 0.0)),
}
"""Metres ahead and to the right of the camera at first, and metres a second."""


def walk(start: tuple[float, float], speed: tuple[float, float], seconds: float = 4.0) -> list[BoxAt]:
    rng = np.random.default_rng(4)
    boxes = []
    for at_s in np.arange(0, seconds, 0.2):
        box = box_of(CAMERA, start[0] + speed[0] * at_s, start[1] + speed[1] * at_s, 1.65, round(at_s * 1000))
        shake = rng.normal(0, 1.0, 2)
        boxes.append(BoxAt(box.offset_ms, box.left + shake[0], box.top, box.width, box.height + shake[1]))
    return boxes


@pytest.mark.parametrize("movement", WAYS)
def test_a_way_has_its_direction_with_and_without_calibration(movement: Movement) -> None:
    path = walk(*WAYS[movement])
    assert course_of(path, path, CAMERA, 960, 540).movement is movement
    assert course_of(path, path, None, 960, 540).movement is movement


def test_speed_and_heading_are_those_over_the_ground_in_spite_of_wild_boxes() -> None:
    path = walk((14.0, -2.0), (-0.8, 0.9))
    wild = [BoxAt(box.offset_ms, box.left, box.top, box.width, box.height * 0.6) for box in path[5:8]]
    path = [*path[:5], *wild, *path[8:]]
    course = course_of(path, path, CAMERA, 960, 540)
    assert course.speed_mps == pytest.approx(1.2, abs=0.1)
    assert course.heading_deg == pytest.approx((CAMERA.heading_deg + 131.6) % 360, abs=5)


def test_a_standing_person_heads_nowhere_and_a_short_sight_says_nothing() -> None:
    path = walk(*WAYS[Movement.STANDING])
    standing = course_of(path, path, CAMERA, 960, 540)
    assert standing.speed_mps == pytest.approx(0, abs=0.1) and standing.heading_deg is None
    assert course_of(path[:2], path[:2], CAMERA, 960, 540).movement is None


def test_without_feet_in_the_picture_there_is_no_speed_but_a_direction() -> None:
    cut = [BoxAt(box.offset_ms, box.left, box.top, box.width, 538.0 - box.top) for box in walk((5.0, -1.5), (0.0, 1.2))]
    course = course_of(cut, cut, CAMERA, 960, 540)
    assert course.movement is Movement.RIGHT
    assert course.speed_mps is None and course.heading_deg is None


def test_who_went_to_and_fro_went_where_they_went_last() -> None:
    there, back = walk(*WAYS[Movement.RIGHT], 20.0), walk((12.0, 20.0), (0.0, -1.2), 10.0)
    path = [*there, *(BoxAt(20_000 + box.offset_ms, *msgspec.structs.astuple(box)[1:]) for box in back)]
    assert course_of(path, path, CAMERA, 2000, 540).movement is Movement.LEFT


def test_among_people_who_cover_one_another_the_direction_is_still_told() -> None:
    path = walk(*WAYS[Movement.LEFT])
    course = course_of(path, path[:1], CAMERA, 960, 540)
    assert course.movement is Movement.LEFT and course.speed_mps is None
