"""How far a person went between two looks, told by the small pictures in between."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hub.vision.boxes import Box
from hub.vision.tracking.drift import Grey, Small, drifts

HEIGHT_PX, WIDTH_PX = 120, 213
SCALE = 1 / 3


def _street(seed: int = 4) -> Grey:
    noise = np.random.default_rng(seed).integers(60, 200, (HEIGHT_PX // 4, WIDTH_PX // 4 + 1)).astype(np.uint8)
    return np.asarray(cv2.resize(noise, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC), np.uint8)


def _walker(seed: int = 9) -> Grey:
    noise = np.random.default_rng(seed).integers(0, 255, (8, 4)).astype(np.uint8)
    return np.asarray(cv2.resize(noise, (12, 30), interpolation=cv2.INTER_CUBIC), np.uint8)


def _way(step_px: tuple[int, int], pictures: int, start: tuple[int, int] = (40, 50)) -> list[Small]:
    """A walker in front of a street, each picture so many small pixels further."""
    way = []
    for number in range(pictures):
        picture = _street()
        left, top = start[0] + number * step_px[0], start[1] + number * step_px[1]
        picture[top : top + 30, left : left + 12] = _walker()
        way.append(Small(number * 0.2, cv2.GaussianBlur(picture, (3, 3), 0).astype(np.uint8), (SCALE, SCALE)))
    return way


def _box(left: int = 40, top: int = 50) -> Box:
    return Box(left / SCALE, top / SCALE, 12 / SCALE, 30 / SCALE)


def test_walker_is_followed_out_of_his_own_box_over_a_second() -> None:
    went = drifts([_box()], _way((4, 0), pictures=6))[0]
    assert went is not None
    assert went[0] == pytest.approx(20 / SCALE, abs=4)
    assert went[1] == pytest.approx(0, abs=4)


def test_each_box_has_its_own_way() -> None:
    way = _way((3, 1), pictures=5)
    walking, empty = drifts([_box(), _box(left=150)], way)
    assert walking is not None
    assert walking[0] == pytest.approx(12 / SCALE, abs=4)
    assert walking[1] == pytest.approx(4 / SCALE, abs=4)
    assert empty == (0.0, 0.0)


def test_person_who_stands_does_not_drift() -> None:
    assert drifts([_box()], _way((0, 0), pictures=6)) == [(0.0, 0.0)]


def test_one_picture_tells_of_no_way() -> None:
    assert drifts([_box()], _way((4, 0), pictures=1)) == [None]


def test_pictures_of_another_size_tell_of_no_way() -> None:
    way = _way((4, 0), pictures=3)
    turned = Small(0.6, np.zeros((HEIGHT_PX, WIDTH_PX // 2), np.uint8), (SCALE, SCALE))
    assert drifts([_box()], [*way, turned]) == [None]


def test_box_at_the_edge_of_the_picture_is_no_error() -> None:
    found = drifts([Box(-20, -20, 60, 60), Box(620, 300, 60, 90)], _way((4, 0), pictures=4))
    assert len(found) == 2
