"""Nothing within a mask is seen: no movement, nobody, and none of it in a picture that is kept."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from devices.protocol.sightings import Polygon, Sighting
from hub.footage.sources.frame import Frame, PlainPixels
from hub.vision.description.describer import Describer
from hub.vision.detection.nanodet import NanoDet
from hub.vision.masking import GREY, Masks
from hub.vision.pipeline import Pipeline
from tests.vision.drawn import Walker, scene, street

WALKER = Walker(430, 430, 25, 160)
"""Keeps to the right half of the picture."""
RIGHT_HALF: Polygon = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
TOP: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.2), (0.0, 0.2))


@pytest.fixture(scope="module")
def detector() -> NanoDet:
    return NanoDet()


def seen(detector: NanoDet, *masks: Polygon) -> tuple[list[Sighting], bool]:
    """Who is seen of a walker in 4 s, and whether anything moved."""
    hiding, background = Masks(masks), street()
    pipeline = Pipeline("C01", Describer(), looks_per_s=5.0)
    said, moved = [], False
    for number in range(20):
        at_us = number * 200_000
        picture = scene([WALKER], at_us / 1e6, background)
        look = pipeline.consider(hiding.hide(Frame(at_us, at_us, PlainPixels(picture))))
        assert pipeline.moves is not None
        moved |= pipeline.moves.motion.anything
        if look is not None:
            said += pipeline.look(look, detector)
    return said + pipeline.finish(), moved


def test_person_who_walks_within_a_mask_alone_is_not_seen(detector: NanoDet) -> None:
    said, moved = seen(detector, TOP)
    assert said, "beside a mask he is seen"
    assert moved
    assert seen(detector, RIGHT_HALF) == ([], False)


def test_masked_parts_are_in_no_picture_of_any_size_or_form() -> None:
    masks = Masks((RIGHT_HALF,))
    white = np.full((90, 160, 3), 255, np.uint8)
    hidden = masks.hide(Frame(0, 0, PlainPixels(white))).pixels
    for picture in (hidden.bgr(), hidden.grey(), masks.blanked(cv2.resize(white, (64, 48)))):
        half = picture.shape[1] // 2
        assert (picture[:, half:] == GREY).all()
        assert (picture[:, : half - 1] == 255).all()
    assert (white == 255).all(), "the camera's own picture stays"
