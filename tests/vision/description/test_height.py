"""Heights and places measured in pictures that a pinhole camera would take of people of known size."""

from __future__ import annotations

import math

import numpy as np
import pytest

from devices.protocol.sightings import BoxAt, Calibration
from hub.vision.description.ground import Boxes, feet
from hub.vision.description.height import Height, child_likelihood, child_without_feet, estimate_height

CAMERA = Calibration(
    width_px=960,
    height_px=540,
    focal_px=700.0,
    center_x_px=480.0,
    center_y_px=270.0,
    camera_height_m=4.0,
    tilt_deg=18.0,
    heading_deg=70.0,
    latitude=25.1,
    longitude=105.46,
)


def pixel(camera: Calibration, ahead_m: float, right_m: float, up_m: float) -> tuple[float, float]:
    """Where a point in the world appears: written from rotation matrices, not from the formulas under test."""
    tilt = math.radians(camera.tilt_deg)
    down_m = camera.camera_height_m - up_m
    depth = ahead_m * math.cos(tilt) + down_m * math.sin(tilt)
    below_axis = -ahead_m * math.sin(tilt) + down_m * math.cos(tilt)
    return (
        camera.center_x_px + camera.focal_px * right_m / depth,
        camera.center_y_px + camera.focal_px * below_axis / depth,
    )


def box_of(camera: Calibration, ahead_m: float, right_m: float, height_m: float, offset_ms: int = 0) -> BoxAt:
    middle, bottom = pixel(camera, ahead_m, right_m, 0.0)
    top = pixel(camera, ahead_m, right_m, height_m)[1]
    width = (bottom - top) * 0.4
    return BoxAt(offset_ms, middle - width / 2, top, width, bottom - top)


def walk(height_m: float, rng: np.random.Generator, jitter_px: float = 1.0) -> list[BoxAt]:
    boxes = []
    for step in range(30):
        box = box_of(CAMERA, 8 + 0.3 * step, -1 + 0.1 * step, height_m, 200 * step)
        shake = rng.normal(0, jitter_px, 2)
        boxes.append(BoxAt(box.offset_ms, box.left, box.top + shake[0], box.width, box.height + shake[1] - shake[0]))
    return boxes


@pytest.mark.parametrize("height_m", [0.95, 1.1, 1.35, 1.6, 1.85])
def test_a_walker_is_measured_to_three_centimetres(height_m: float) -> None:
    found = estimate_height(CAMERA, walk(height_m, np.random.default_rng(1)), 960, 540)
    assert found is not None
    assert abs(found.height_m - height_m) < 0.03
    assert abs(found.height_m - height_m) < 2 * found.error_m


def test_a_picture_of_another_size_gives_the_same_height() -> None:
    box = box_of(CAMERA, 12, 1, 1.2)
    half = BoxAt(0, box.left / 2, box.top / 2, box.width / 2, box.height / 2)
    found = estimate_height(CAMERA, [half], 480, 270)
    assert found is not None
    assert found.height_m == pytest.approx(1.2, abs=1e-6)


def test_boxes_cut_by_the_frame_are_ignored() -> None:
    whole = box_of(CAMERA, 12, 1, 1.2)
    cut = BoxAt(0, whole.left, 500.0, whole.width, 40.0)
    found = estimate_height(CAMERA, [whole, cut, cut], 960, 540)
    assert found is not None
    assert found.height_m == pytest.approx(1.2, abs=1e-6)
    assert estimate_height(CAMERA, [cut], 960, 540) is None
    assert estimate_height(CAMERA, [whole, cut, cut, cut], 960, 540) is None, (
        "along the edge one whole box is by chance"
    )


def test_a_few_wild_boxes_do_not_move_the_height() -> None:
    boxes = walk(1.1, np.random.default_rng(2))
    wild = [BoxAt(0, box.left, box.top, box.width, box.height * 1.5) for box in boxes[:6]]
    found = estimate_height(CAMERA, boxes + wild, 960, 540)
    assert found is not None
    assert abs(found.height_m - 1.1) < 0.04


def test_a_box_above_the_horizon_has_no_height() -> None:
    assert estimate_height(CAMERA, [BoxAt(0, 400.0, 5.0, 20.0, 30.0)], 960, 540) is None


def test_the_error_grows_with_distance_and_unsteady_boxes() -> None:
    near = estimate_height(CAMERA, [box_of(CAMERA, 8, 0, 1.5)], 960, 540)
    far = estimate_height(CAMERA, [box_of(CAMERA, 40, 0, 1.5)], 960, 540)
    steady = estimate_height(CAMERA, walk(1.5, np.random.default_rng(3), 0.5), 960, 540)
    unsteady = estimate_height(CAMERA, walk(1.5, np.random.default_rng(3), 8.0), 960, 540)
    assert near and far and steady and unsteady
    assert near.error_m < far.error_m
    assert steady.error_m < unsteady.error_m


def test_the_foot_is_placed_on_the_ground_before_the_camera() -> None:
    stood = feet(CAMERA, Boxes(CAMERA, [box_of(CAMERA, 20.0, 3.0, 1.6), BoxAt(0, 400.0, 0.0, 20.0, 20.0)], 960, 540))
    assert stood.ahead_m[0] == pytest.approx(20.0, abs=0.01)
    assert stood.right_m[0] == pytest.approx(3.0, abs=0.01)
    assert math.isnan(stood.ahead_m[1]), "a foot in the sky is nowhere"


def test_a_box_that_ends_just_before_the_edge_may_be_cut_and_is_not_measured() -> None:
    cut = BoxAt(0, 400.0, 330.0, 60.0, 203.0)
    assert estimate_height(CAMERA, [cut], 960, 540) is None


def test_who_is_tall_without_feet_is_no_child_and_who_is_not_may_be_anybody() -> None:
    man = box_of(CAMERA, 6.2, 0, 1.8)
    child = box_of(CAMERA, 5.4, 0, 1.1)
    cut = [BoxAt(0, box.left, box.top, box.width, 536.0 - box.top) for box in (man, child)]
    likely = child_without_feet(CAMERA, cut[:1], 960, 540)
    assert likely is not None and likely < 0.1
    assert child_without_feet(CAMERA, cut[1:], 960, 540) is None


def test_small_people_are_likely_children_and_uncertain_heights_say_little() -> None:
    likely = child_likelihood(Height(1.1, 0.04))
    unlikely = child_likelihood(Height(1.7, 0.05))
    vague = child_likelihood(Height(1.3, 0.5))
    assert likely is not None and likely > 0.99
    assert unlikely is not None and unlikely < 0.01
    assert vague is not None and 0.4 < vague < 0.7
    assert child_likelihood(None) is None
