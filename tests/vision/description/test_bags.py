"""Bags on a person: what is made of what a detector sees on the views laid side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from hub.vision.description.bags import bags_of
from hub.vision.description.view import View
from hub.vision.detection.detections import Things
from hub.vision.detection.nanodet import NanoDet, Thing


class Seer:
    """Sees one backpack, as high in the picture as it is told."""

    def __init__(self, middle_y: float, score: float) -> None:
        self.box, self.score = (30.0, middle_y - 15.0, 40.0, 30.0), score
        self.shown: NDArray[np.uint8] | None = None

    def things(self, picture: NDArray[np.uint8], classes: Sequence[int], least_score: float) -> Things:
        assert list(classes) == [Thing.BACKPACK]
        self.shown = picture
        return Things(np.array([self.box]), np.array([self.score]), np.array([Thing.BACKPACK]))


def person(height_px: int = 160, cut: bool = False) -> View:
    rng = np.random.default_rng(5)
    picture = rng.integers(0, 255, (height_px * 3 // 2, height_px * 3 // 5, 3), np.uint8)
    return View(picture, (height_px * 0.1, height_px * 0.25, height_px * 0.4, height_px), cut, 0.8)


def test_a_backpack_seen_at_the_back_is_likely_and_one_at_the_feet_is_not() -> None:
    at_back, at_feet = (bags_of([person()], Seer(middle_y, 0.6)) for middle_y in (75.0, 160.0))
    assert at_back[0] > 0.9
    assert at_feet[0] < 0.05


def test_views_without_it_make_it_less_likely() -> None:
    assert bags_of([person(), person(), person()], Seer(75.0, 0.6))[0] < bags_of([person()], Seer(75.0, 0.6))[0]


def test_nobody_small_or_cut_is_judged() -> None:
    assert bags_of([person(60), person(cut=True)], Seer(75.0, 0.9)) == ()


@pytest.mark.parametrize("height_px", [90, 160, 400])
def test_the_person_is_shown_at_one_size_however_large_the_view_is(height_px: int) -> None:
    seer = Seer(75.0, 0.6)
    bags_of([person(height_px)], seer)
    assert seer.shown is not None and seer.shown.shape == (192, 416, 3)


def test_the_built_in_detector_sees_no_backpack_on_noise() -> None:
    assert bags_of([person()], NanoDet())[0] < 0.2
