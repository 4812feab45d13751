"""The detector finds people, drawn and real, where they are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hub.vision.boxes import Box, overlap
from hub.vision.detection.detections import Region
from hub.vision.detection.nanodet import NanoDet
from tests.vision.drawn import Walker, scene, street
from tests.vision.shared_footage import FOOTAGE, needs_footage


@pytest.fixture(scope="module")
def detector() -> NanoDet:
    return NanoDet()


@pytest.mark.parametrize("size", [(640, 480), (480, 480), (1280, 720), (417, 333)])
def test_walkers_are_found_where_they_are(detector: NanoDet, size: tuple[int, int]) -> None:
    width, height = size
    walkers = [
        Walker(width * 0.3, height * 0.9, 0, height * 0.27),
        Walker(width * 0.7, height * 0.85, 0, height * 0.25),
    ]
    found = detector.detect(scene(walkers, 0.5, street(width, height)))
    sure = found.boxes[found.scores > 0.5]
    truth = np.array([walker.box(0.5) for walker in walkers])
    assert len(sure) == 2
    assert overlap(truth, sure).max(axis=1).min() > 0.6


def test_empty_street_holds_nobody(detector: NanoDet) -> None:
    assert (detector.detect(street()).scores < 0.3).all()


def test_boxes_lie_within_the_picture(detector: NanoDet) -> None:
    found = detector.detect(scene([Walker(10, 470, 0, 150), Walker(620, 500, 0, 150)], 0.5))
    assert len(found) > 0
    corners = found.boxes[:, :2] + found.boxes[:, 2:]
    assert found.boxes.min() >= 0
    assert (corners <= (640, 480)).all()


def test_best_score_comes_first(detector: NanoDet) -> None:
    scores = detector.detect(scene([Walker(200, 420, 0, 150), Walker(400, 330, 0, 90)], 0.5)).scores
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)


@pytest.mark.parametrize("shape", [(1, 1, 3), (2000, 3, 3), (3, 2000, 3)])
def test_odd_picture_is_no_error(detector: NanoDet, shape: tuple[int, int, int]) -> None:
    detector.detect(np.zeros(shape, np.uint8))


def test_person_in_a_region_is_found_at_his_place_in_the_picture(detector: NanoDet) -> None:
    walkers = [Walker(150, 420, 0, 130), Walker(480, 380, 0, 120)]
    found = detector.detect(scene(walkers, 0.5), [Region(Box(380, 200, 200, 240))])
    right = found.boxes[(found.scores > 0.5) & (found.boxes[:, 0] > 320)]
    assert overlap(np.array([walkers[1].box(0.5)]), right).max() > 0.6


@pytest.mark.parametrize("region", [Box(700, 500, 50, 50), Box(-90, -90, 20, 20), Box(630, 470, 0, 0)])
def test_region_beside_the_picture_is_no_error(detector: NanoDet, region: Box) -> None:
    assert len(detector.detect(street(), [Region(region)])) < 5


@needs_footage
def test_real_walkers_are_found(detector: NanoDet) -> None:
    picture = np.asarray(cv2.imread(str(FOOTAGE / "pets09-s2l1" / "img1" / "000290.jpg")), np.uint8)
    found = detector.detect(picture)
    assert int((found.scores > 0.5).sum()) == 6
