"""How much boxes overlap, cover one another and lie within the picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hub.vision.boxes import Box, covered, grown, overlap

_LENGTHS = some.floats(0.5, 500)
_BOXES = some.builds(Box, some.floats(-200, 800), some.floats(-200, 800), _LENGTHS, _LENGTHS)


def test_half_shifted_box_overlaps_by_a_third() -> None:
    assert overlap(np.array([[0, 0, 10, 10]]), np.array([[5, 0, 10, 10]]))[0, 0] == pytest.approx(1 / 3)


def test_person_behind_a_wider_one_is_covered() -> None:
    assert covered(np.array([[10, 0, 10, 40]]), np.array([[0, 20, 40, 40]]))[0, 0] == pytest.approx(0.5)


def test_grown_box_grows_on_every_side() -> None:
    assert grown(np.array([[10.0, 20.0, 10.0, 20.0]]), 0.5).tolist() == [[5.0, 10.0, 20.0, 40.0]]


def test_no_boxes_overlap_nothing() -> None:
    assert overlap(np.zeros((0, 4)), np.zeros((3, 4))).shape == (0, 3)


@given(_BOXES, _BOXES)
def test_overlap_is_a_share_and_the_same_both_ways(one: Box, other: Box) -> None:
    there = overlap(np.array([one]), np.array([other]))[0, 0]
    back = overlap(np.array([other]), np.array([one]))[0, 0]
    assert 0 <= there <= 1 + 1e-9
    assert there == pytest.approx(back)


@given(_BOXES)
def test_clipped_box_lies_within_the_picture(box: Box) -> None:
    inside = box.clipped(640, 480)
    assert inside.left >= 0
    assert inside.top >= 0
    assert inside.left + inside.width <= 640 + 1e-6
    assert inside.top + inside.height <= 480 + 1e-6
    assert inside.width > 0
    assert inside.height > 0
