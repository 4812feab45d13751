"""The regions of a picture go side by side onto one canvas, smaller than the whole, and come back in their places."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.vision.boxes import Box, overlap
from hub.vision.detection.detections import Region
from hub.vision.detection.nanodet import NanoDet, NumberFormat
from hub.vision.detection.packing import GAP_PX, pack, whole
from tests.vision.drawn import Walker, scene

SIZE = (768, 576)
SCALE = (416 / 768, 416 / 768)
REGIONS = st.lists(
    st.builds(
        Region,
        st.builds(Box, st.floats(-50, 760), st.floats(-50, 570), st.floats(0, 300), st.floats(0, 300)),
        st.floats(0.05, 1.0),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(REGIONS)
def test_regions_lie_apart_on_a_canvas_smaller_than_the_whole(regions: list[Region]) -> None:
    canvas = pack(SIZE, regions, SCALE, 32)
    if canvas is None:
        return  # the whole picture costs no more
    limit = whole(SIZE, SCALE, None, 32)
    assert canvas.width * canvas.height < limit.width * limit.height
    assert canvas.width % 32 == canvas.height % 32 == 0
    assert len(canvas.parts) == len(regions)
    for part in canvas.parts:
        assert part.x >= 0
        assert part.y >= 0
        assert part.x + part.width <= canvas.width
        assert part.y + part.height <= canvas.height
    for one, other in combinations(canvas.parts, 2):
        beside = max(one.x - other.x - other.width, other.x - one.x - one.width)
        above = max(one.y - other.y - other.height, other.y - one.y - one.height)
        assert max(beside, above) >= GAP_PX


def test_two_small_regions_take_a_fraction_of_the_whole() -> None:
    canvas = pack(SIZE, [Region(Box(0, 0, 110, 220)), Region(Box(600, 300, 110, 220))], SCALE, 32)
    assert canvas is not None
    assert canvas.width * canvas.height <= 160 * 128


def test_regions_that_cost_as_much_as_the_whole_are_the_whole() -> None:
    assert pack(SIZE, [Region(Box(0, 0, 768, 300)), Region(Box(0, 250, 768, 326))], SCALE, 32) is None


def test_place_on_the_canvas_is_a_place_in_the_picture() -> None:
    canvas = pack(SIZE, [Region(Box(100, 50, 120, 240)), Region(Box(500, 200, 120, 240), 0.5)], SCALE, 32)
    assert canvas is not None
    part = canvas.parts[1]
    assert part.height == round(240 * SCALE[1] / 2)
    corners = np.array([[part.x, part.y, part.x + part.width, part.y + part.height], [-20, -20, -10, -10]], float)
    placed, parts = canvas.back(corners)
    assert parts.tolist() == [1, -1]
    np.testing.assert_allclose(placed[0], (500, 200, 620, 440), atol=1.5)


def test_picture_is_painted_where_its_part_stands() -> None:
    picture = np.zeros((576, 768, 3), np.uint8)
    picture[100:300, 600:700] = 200
    canvas = pack(SIZE, [Region(Box(0, 0, 100, 200)), Region(Box(600, 100, 100, 200))], SCALE, 32)
    assert canvas is not None
    painted, part = canvas.paint(picture, 7), canvas.parts[1]
    assert (painted[part.y : part.y + part.height, part.x : part.x + part.width] == 200).all()
    assert (painted == 200).sum() == part.width * part.height * 3
    assert painted.max() == 200
    assert (painted == 7).any()


@pytest.fixture(scope="module")
def detector() -> NanoDet:
    return NanoDet(NumberFormat.FLOAT32)


@pytest.mark.parametrize("scale", [1.0, 0.7])
def test_walkers_in_packed_regions_are_found_where_they_are(detector: NanoDet, scale: float) -> None:
    walkers = [Walker(120, 420, 0, 130), Walker(520, 300, 0, 120)]
    found = detector.detect(
        scene(walkers, 0.5), [Region(Box(40, 250, 160, 200)), Region(Box(440, 140, 160, 200), scale)]
    )
    sure = found.boxes[found.scores > 0.45]
    assert len(sure) == 2
    assert overlap(np.array([walker.box(0.5) for walker in walkers]), sure).max(axis=1).min() > 0.6


@pytest.mark.parametrize("scale", [1.0, 0.6])
def test_walker_in_two_regions_is_found_once(detector: NanoDet, scale: float) -> None:
    walker = Walker(300, 420, 0, 150)
    picture = scene([walker], 0.5)
    for second in (Box(180, 230, 260, 220), Box(180, 230, 118, 220)):  # with all of him, and up to his middle
        found = detector.detect(picture, [Region(Box(210, 240, 180, 200)), Region(second, scale)])
        near = overlap(found.boxes, np.array([walker.box(0.5)])).ravel() > 0.2
        assert (near & (found.scores > 0.3)).sum() == 1


def test_who_stands_high_is_found_at_half_the_scale_for_a_quarter_of_the_cost(detector: NanoDet) -> None:
    walkers = [Walker(180, 440, 0, 300), Walker(460, 420, 0, 260)]
    found = detector.detect(scene(walkers, 0.5), [Region(Box(0, 0, 640, 480), 0.5)])
    assert found.canvas_share < 0.3
    sure = found.boxes[found.scores > 0.45]
    assert len(sure) == 2
    assert overlap(np.array([walker.box(0.5) for walker in walkers]), sure).max(axis=1).min() > 0.6


def test_a_look_tells_what_it_cost(detector: NanoDet) -> None:
    picture = scene([Walker(300, 420, 0, 150)], 0.5)
    region = Box(210, 240, 180, 200)
    shares = [detector.detect(picture, regions).canvas_share for regions in (None, [Region(region)], [])]
    assert shares == [1.0, pytest.approx(128 * 160 / (416 * 320)), 0.0]


def test_nobody_is_looked_for_where_there_is_no_region(detector: NanoDet) -> None:
    assert len(detector.detect(scene([Walker(300, 420, 0, 150)], 0.5), [])) == 0


@pytest.mark.parametrize(("scale", "is_cut"), [(1.0, False), (0.4, True)])
def test_who_is_near_a_parts_edge_is_cut_by_it_where_that_is_near_on_the_canvas(scale: float, is_cut: bool) -> None:
    """4 px of the picture are 2.2 of the canvas in full scale and 0.9 in two fifths of it."""
    canvas = pack(SIZE, [Region(Box(100, 50, 120, 240), scale), Region(Box(60, 20, 200, 330), 0.5)], SCALE, 32)
    assert canvas is not None
    boxes = np.array([[130, 100, 60, 186], [128, 98, 64, 230]], float)  # down to his knees, and all of him
    assert canvas.cut_off(boxes, np.array([0, 1]), SIZE).tolist() == [is_cut, False]
