"""Who went along with whom, on ways over the ground as a calibrated and another camera sees them."""

from __future__ import annotations

import numpy as np
import pytest

from devices.protocol.sightings import MOST_COMPANIONS, Calibration
from hub.vision.description.companions import Company, Way, way_of
from tests.vision.description.test_height import CAMERA, box_of


def walk(
    name: str, calibration: Calibration | None, height_m: float, start: tuple[float, float], speed: tuple[float, float],
    began_s: float = 0.0, seconds: float = 6.0,
) -> Way:  # fmt: skip
    path = [
        box_of(CAMERA, start[0] + speed[0] * at_s, start[1] + speed[1] * at_s, height_m, round(at_s * 1000))
        for at_s in np.arange(0, seconds, 0.2)
    ]
    return way_of(name, began_s, path, calibration, 960, 540)


@pytest.mark.parametrize("calibration", [CAMERA, None])
def test_a_child_beside_a_woman_is_with_her_and_who_meets_or_overtakes_them_is_not(
    calibration: Calibration | None,
) -> None:
    woman = walk("woman", calibration, 1.6, (12, -3), (0, 1.0))
    child = walk("child", calibration, 1.1, (12.2, -2.3), (0, 1.0))
    against = walk("against", calibration, 1.7, (12, 3), (0, -1.0))
    runner = walk("runner", calibration, 1.7, (12.3, -4), (0, 2.2))
    behind = walk("behind", calibration, 1.7, (17, -3), (0, 1.0))
    assert Company().of(woman, [child, against, runner, behind]) == ("child",)
    assert Company().of(child, [woman, against, runner, behind]) == ("woman",)


def test_who_left_before_is_still_known_and_told_once() -> None:
    company = Company()
    first = walk("first", CAMERA, 1.6, (12, -3), (0, 1.0), seconds=4.0)
    second = walk("second", CAMERA, 1.7, (12.5, -3), (0, 1.0))
    assert company.of(first, [second]) == ("second",)
    assert company.of(second, [first]) == ("first",)


def test_two_who_only_stand_beside_one_another_do_not_go_along() -> None:
    waiting = [walk(name, CAMERA, 1.6, (12, right), (0, 0)) for name, right in (("one", -1.0), ("two", -0.3))]
    assert Company().of(waiting[0], waiting[1:]) == ()


def test_a_moment_side_by_side_is_too_short() -> None:
    one = walk("one", CAMERA, 1.6, (12, -3), (0, 1.0), seconds=6.0)
    other = walk("other", CAMERA, 1.6, (12, 1.2), (0, 1.0), began_s=4.4, seconds=6.0)
    assert Company().of(one, [other]) == ()


def test_of_a_column_of_pupils_so_many_are_told() -> None:
    pupils = [walk(f"P{number}", CAMERA, 1.3, (12 + number / 20, -3), (0, 1.0)) for number in range(12)]
    assert len(Company().of(pupils[0], pupils[1:])) == MOST_COMPANIONS
