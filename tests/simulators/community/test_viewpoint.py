"""Where things in the world come to lie in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.community.viewpoint import Viewpoint

EASTWARD = Viewpoint(0, 0, 3.3, 90.0, 18.0, 640, 640, 360)


def test_a_point_on_the_optical_axis_is_in_the_middle() -> None:
    dip = np.tan(np.radians(18.0))
    assert EASTWARD.project(np.array([6.0, 0.0, 3.3 - 6.0 * dip]))[:2] == pytest.approx((320, 180))


def test_a_camera_that_looks_east_has_south_on_its_right() -> None:
    assert EASTWARD.project(np.array([8.0, -1.0, 1.0]))[0] > 320


def test_higher_things_are_higher_in_the_picture() -> None:
    low, high = EASTWARD.project(np.array([[8.0, 0.0, 0.0], [8.0, 0.0, 1.7]]))
    assert high[1] < low[1]


def test_a_pixels_ray_meets_what_is_projected_to_it() -> None:
    ray = EASTWARD.rays(1)[300, 100]
    ground = ray * (-3.3 / ray[2]) + np.array([0, 0, 3.3])
    assert EASTWARD.project(ground)[:2] == pytest.approx((100.5, 300.5))
