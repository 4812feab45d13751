"""Colours within a box tell people apart, coarsely, and by the upper and the lower half each."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hub.vision.tracking.colours import colours

RED, BLUE = (40, 40, 200), (200, 60, 40)


def _dressed(
    *people: tuple[tuple[int, int, int], tuple[int, int, int]],
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A picture with people side by side, of an upper and a lower colour (BGR) each, and their boxes."""
    picture = np.full((200, 100 * len(people), 3), 90, np.uint8)
    for number, (upper, lower) in enumerate(people):
        picture[20:100, 100 * number + 20 : 100 * number + 80] = upper
        picture[100:180, 100 * number + 20 : 100 * number + 80] = lower
    return picture, np.array([[100 * number + 20, 20, 60, 160] for number in range(len(people))], float)


def test_same_clothes_are_alike_and_swapped_ones_are_not() -> None:
    one, same, swapped = colours(*_dressed((RED, BLUE), (RED, BLUE), (BLUE, RED)))
    assert one @ same == pytest.approx(1.0)
    assert one @ swapped < 0.1


def test_each_half_tells_its_lightness_and_its_chroma_by_opencvs_lab() -> None:
    (found,) = colours(*_dressed((RED, BLUE)))
    for half, colour in enumerate((RED, BLUE)):
        light, a, b = (int(value) for value in cv2.cvtColor(np.array([[colour]], np.uint8), cv2.COLOR_BGR2LAB)[0, 0])
        across, down = (min(max((chroma - 96) // 8, 0), 7) for chroma in (a, b))
        filled = np.flatnonzero(found[72 * half : 72 * half + 72] ** 2 > 0.2)
        assert filled.tolist() == [light // 32, 8 + 8 * across + down]


def test_box_outside_of_the_picture_is_like_nobody() -> None:
    picture, boxes = _dressed((RED, BLUE))
    assert not colours(picture, boxes + np.array([1000, 0, 0, 0])).any()
