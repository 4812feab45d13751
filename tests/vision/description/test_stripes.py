"""Stripes lie on the body and not on the box: joints say where the thigh is."""

from __future__ import annotations

import numpy as np
import pytest

from hub.vision.description.body_points import Points
from hub.vision.description.stripes import down_the_body, pixel_weights
from hub.vision.description.view import COLUMNS, ROWS, Weights

LEVELS = {(5, 6): 0.19, (11, 12): 0.51, (13, 14): 0.74, (15, 16): 0.94}


def standing(crown: float, sole: float, score: float = 0.8) -> Points:
    """A body between two rows, its joints where a standing one has them, in the middle of the picture."""
    points = np.zeros((17, 3), np.float32)
    points[:, 0], points[:, 1] = crown + 0.08 * (sole - crown), COLUMNS / 2
    for joints, level in LEVELS.items():
        points[joints, 0] = crown + level * (sole - crown)
    points[:, 2] = score
    return points


@pytest.fixture
def mask() -> Weights:
    """A person from top to bottom of the picture."""
    whole = np.zeros((ROWS, COLUMNS), np.float32)
    whole[2:126, 20:44] = 1
    return whole


def test_the_hips_are_half_way_down_wherever_in_the_box_they_are(mask: Weights) -> None:
    for crown, sole in ((4, 124), (30, 124), (4, 170)):
        points = standing(crown, sole)
        hips = int(points[11, 0])
        by_mask = down_the_body(mask, standing(4, 124, score=0.0))[hips]
        assert down_the_body(mask, points)[hips] == pytest.approx(0.7 * 0.51 + 0.3 * by_mask, abs=0.01)


def test_rows_go_down_the_body_from_first_to_last(mask: Weights) -> None:
    assert (np.diff(down_the_body(mask, standing(30, 110))) > 0).all()


@pytest.mark.parametrize("guessed", [standing(4, 124, score=0.1), standing(124, 4)], ids=["faint", "upside down"])
def test_joints_that_are_faint_or_out_of_order_say_nothing(mask: Weights, guessed: Points) -> None:
    steps = np.diff(down_the_body(mask, guessed))
    assert steps == pytest.approx(steps[0], rel=1e-3)
    assert 0.9 < down_the_body(mask, guessed)[-1] < 1.1


def test_a_pixel_counts_most_where_mask_and_bones_agree(mask: Weights) -> None:
    weights = pixel_weights(mask, standing(4, 124))
    both, by_mask_alone, neither = weights[60, 32], weights[110, 21], weights[120, 2]
    assert both > 2 * by_mask_alone > 4 * neither > 0


def test_a_person_whose_points_are_all_guesses_is_weighed_by_the_mask(mask: Weights) -> None:
    weights = pixel_weights(mask, standing(4, 124, score=0.0))
    assert weights[60, 32] == weights[110, 21] > 5 * weights[120, 2] > 0
