"""Drawn heads: what is told of those with caps, and that nothing is told of the others."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hub.vision.description.head_wear import head_wear_of
from hub.vision.description.view import View

YELLOW, RED, BLACK, BROWN, GREY, SKIN = (
    (40, 200, 235), (40, 40, 210), (30, 28, 28), (45, 65, 100), (125, 125, 125), (130, 160, 210),
)  # fmt: skip
Colour = tuple[int, int, int]


def person(cap: Colour, shirt: Colour = GREY, background: Colour = (110, 115, 112), height_px: int = 200) -> View:
    """Somebody from the front: cap or hair over a face over a shirt; the box with a quarter of margin."""
    rows, columns = height_px * 3 // 2, height_px * 3 // 4
    picture = np.full((rows, columns, 3), background, np.uint8)
    top, middle, head = height_px // 4, columns // 2, height_px // 14
    cv2.rectangle(picture, (middle - 2 * head, top + 2 * head), (middle + 2 * head, top + 7 * head), shirt, -1)
    cv2.circle(picture, (middle, top + head), head, SKIN, -1)
    cv2.ellipse(picture, (middle, top + head), (head, head), 0, 180, 360, cap, -1)
    noise = np.random.default_rng(6).normal(0, 6, picture.shape)
    picture = np.clip(cv2.GaussianBlur(picture, (3, 3), 0) + noise, 0, 255).astype(np.uint8)
    return View(picture, (columns / 4, top, columns / 2, height_px), False, 0.8)


@pytest.mark.parametrize("cap", [YELLOW, RED])
@pytest.mark.parametrize("height_px", [90, 200, 360])
def test_a_vivid_cap_is_told(cap: Colour, height_px: int) -> None:
    assert head_wear_of([person(cap, height_px=height_px)] * 3) == pytest.approx(0.8)


@pytest.mark.parametrize("hair", [BLACK, BROWN, GREY])
def test_hair_is_not_judged_nor_a_hat_like_it(hair: Colour) -> None:
    assert head_wear_of([person(hair, shirt=YELLOW)] * 3) is None


def test_leaves_behind_a_head_are_no_cap() -> None:
    assert head_wear_of([person(BLACK, background=(40, 150, 60))] * 3) is None


def test_one_view_of_four_is_too_little() -> None:
    assert head_wear_of([person(YELLOW), person(BLACK), person(BLACK), person(BLACK)]) is None
    assert head_wear_of([]) is None
