"""Patterns of drawn cloth are told, and none where a view does not show enough of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from devices.protocol.sightings import PATTERNS
from hub.vision.description.learning.cloth import draw_cloth
from hub.vision.description.patterns import PATCH_COLUMNS, PATCH_ROWS, PatternJudge, features_of, torso_patch
from hub.vision.description.view import COLUMNS, ROWS, View

SHOWN = np.ones((ROWS, COLUMNS), np.float32)


def points(score: float = 0.8) -> np.ndarray:
    """Somebody upright in the middle of the picture."""
    found = np.full((17, 3), score, np.float32)
    found[:, :2] = 10, 32
    found[[5, 6, 11, 12], :2] = (24, 46), (24, 18), (66, 40), (66, 24)
    return found


def view(height_px: int, stripes: bool = False, cut: bool = False) -> View:
    picture = np.full((height_px, height_px // 2, 3), (60, 50, 150), np.uint8)
    if stripes:
        band = height_px // 24
        picture[(np.arange(height_px) // band) % 2 == 0] = (230, 225, 220)
    return View(cv2.GaussianBlur(picture, (0, 0), 0.8), (0, 0, height_px // 2, height_px), cut, 0.9)


@pytest.mark.parametrize("pattern", range(len(PATTERNS)))
def test_most_drawn_cloth_is_told_by_its_pattern_and_plain_cloth_nearly_always(pattern: int) -> None:
    rng, judge = np.random.default_rng(7 + pattern), PatternJudge()
    told = [int(judge.weigh(features_of(*draw_cloth(pattern, rng))).argmax()) for _ in range(30)]
    assert told.count(pattern) >= (27 if PATTERNS[pattern] == "plain" else 14)


def test_stripes_are_seen_in_a_large_view_and_not_judged_in_a_small_one_or_a_cut_one() -> None:
    judge = PatternJudge()
    striped = judge.of(view(200, stripes=True), points(), SHOWN)
    assert PATTERNS[int(np.argmax(striped))] == "striped"
    assert sum(striped) <= 1
    assert judge.of(view(70, stripes=True), points(), SHOWN) == ()
    assert judge.of(view(200, stripes=True, cut=True), points(), SHOWN) == ()


def test_a_torso_that_the_mask_does_not_show_or_whose_points_are_guessed_is_not_judged() -> None:
    assert torso_patch(view(200), points(), SHOWN * 0.2) is None
    assert torso_patch(view(200), points(score=0.1), SHOWN) is None


def test_a_patch_is_the_torso_brought_upright() -> None:
    found = torso_patch(view(200), points(), SHOWN)
    assert found is not None
    assert found[0].shape == (PATCH_ROWS, PATCH_COLUMNS, 3)
    assert np.abs(found[0].reshape(-1, 3).mean(axis=0) - (60, 50, 150)).max() < 3


def test_a_blurred_picture_of_cloth_is_less_sure() -> None:
    sharp, blurred = view(200, stripes=True), view(200, stripes=True)
    blurred = View(cv2.GaussianBlur(blurred.picture, (0, 0), 6), blurred.box, False, 0.9)
    judge = PatternJudge()
    assert sum(judge.of(blurred, points(), SHOWN)) < sum(judge.of(sharp, points(), SHOWN)) / 2
