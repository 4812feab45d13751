"""Why somebody was missed, and what a false hit was."""

from __future__ import annotations

import numpy as np
import pytest

from hub.vision.boxes import Box
from hub.vision.evaluation.misses import FrameLabels, faint, misses

SIZE_PX = (640, 480)
NEAR = Box(300, 200, 80, 200)


@pytest.mark.parametrize(
    ("missed", "found", "reason"),
    [
        (Box(330, 210, 30, 100), [NEAR], "covered"),
        (Box(0, 200, 60, 150), [NEAR], "edge"),
        (Box(100, 200, 15, 40), [NEAR], "small"),
        (Box(100, 200, 50, 120), [NEAR, Box(115, 215, 50, 120)], "loose"),
        (Box(100, 200, 50, 120), [NEAR], "other"),
    ],
)
def test_missed_person_has_the_first_reason_that_fits(missed: Box, found: list[Box], reason: str) -> None:
    why, _ = misses({1: FrameLabels([NEAR, missed], np.zeros(2, bool))}, {1: found}, SIZE_PX)
    assert (why.labels, why.missed) == (2, 1)
    assert getattr(why, reason) == 1


def test_false_hits_are_told_by_kind() -> None:
    found = [NEAR, Box(304, 204, 80, 196), Box(335, 225, 80, 200), Box(20, 20, 40, 90)]
    _, false = misses({1: FrameLabels([NEAR], np.zeros(1, bool))}, {1: found}, SIZE_PX)
    assert (false.boxes, false.twice, false.loose, false.nobody_labelled) == (4, 1, 1, 1)


def test_grey_coat_before_a_grey_wall_is_faint() -> None:
    grey = np.full((480, 640), 120, np.uint8)
    grey[200:400, 100:180] = 125
    grey[200:400, 300:380] = 30
    assert faint(grey, [Box(100, 200, 80, 200), NEAR]).tolist() == [True, False]
