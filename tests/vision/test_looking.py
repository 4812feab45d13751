"""The detector is asked where it pays: at those followed and at what moves besides, within its allowance."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.vision.boxes import Box
from hub.vision.detection.detections import Region
from hub.vision.looking import MOST_REGIONS, WHOLE_LOOK_S, LookPlan, Sought, _Part, merged
from hub.vision.motion import Motion

SIZE_PX = (640, 480)
ENOUGH_PX = 100.0
WALKER = Box(300, 200, 40, 100)


def _sought(*boxes: Box) -> Sought:
    rows = np.array(boxes, float).reshape(-1, 4)
    return Sought(rows, rows[:, 3])


NOBODY, FOLLOWED = _sought(), _sought(WALKER)


def _motion(*boxes: Box) -> Motion:
    mask = np.zeros((120, 160), np.uint8)
    for left, top, width, height in boxes:
        mask[int(top / 4) : int((top + height) / 4), int(left / 4) : int((left + width) / 4)] = 255
    return Motion(mask, mask, (0.25, 0.25), float((mask > 0).mean()), settled=True)


def _cost(regions: tuple[Region, ...] | None) -> float:
    """Of a look, by its regions' pixels."""
    if regions is None:
        return 1.0
    return sum(box.width * box.height * scale**2 for box, scale in regions) / (SIZE_PX[0] * SIZE_PX[1])


def _look(plan: LookPlan, motion: Motion, sought: Sought, at_s: float) -> tuple[Region, ...] | None:
    regions = plan.regions(motion, sought, SIZE_PX, ENOUGH_PX, at_s)
    if regions != ():
        plan.pay(_cost(regions), at_s)
    return regions


def _plan_after_its_first_look(first_s: float = 0.0) -> LookPlan:
    plan = LookPlan(2.0)
    assert plan.affords(first_s)
    assert _look(plan, _motion(), NOBODY, first_s) is None
    plan.affords(first_s + 0.6)
    return plan


def test_first_look_is_at_the_whole_picture_whatever_moves() -> None:
    plan = LookPlan()
    assert plan.affords(0.0)
    assert _look(plan, _motion(WALKER), FOLLOWED, 0.0) is None


def test_follows_a_walker_in_a_small_part_of_the_picture() -> None:
    regions = _look(_plan_after_its_first_look(), _motion(WALKER), FOLLOWED, 0.6)
    assert regions is not None
    ((box, scale),) = regions
    assert box.left < 300 < 340 < box.left + box.width
    assert scale == 1.0
    assert _cost(regions) < 0.1


def test_who_stands_high_is_looked_at_in_a_smaller_scale() -> None:
    near = Box(200, 60, 150, 400)
    regions = _look(_plan_after_its_first_look(), _motion(near), _sought(near), 0.6)
    assert regions is not None
    assert [region.scale for region in regions] == [0.25]


def test_a_child_beside_an_adult_keeps_the_scale_it_needs() -> None:
    adult, child = Box(200, 60, 150, 400), Box(330, 300, 60, 160)
    regions = _look(_plan_after_its_first_look(), _motion(adult), _sought(adult, child), 0.6)
    assert regions is not None
    around = [scale for box, scale in regions if box.left < 330 and box.left + box.width > 390]
    assert max(around) == pytest.approx(100 / 160)


def test_what_moves_and_is_nobody_is_sought_at_half_its_height() -> None:
    both = Box(200, 60, 150, 400)  # who walks with a child is one spot
    regions = _look(_plan_after_its_first_look(), _motion(both), NOBODY, 0.6)
    assert regions is not None
    assert [region.scale for region in regions] == [pytest.approx(100 / 200, rel=0.02)]


def test_picture_full_of_near_people_is_looked_at_whole_in_a_smaller_scale() -> None:
    crowd = [Box(80 * n, 60, 79, 400) for n in range(8)]
    regions = _look(_plan_after_its_first_look(), _motion(*crowd), _sought(*crowd), 0.6)
    assert regions == (Region(Box(0, 0, 640, 480), 0.25),)


def test_a_network_that_takes_nothing_smaller_is_shown_people_as_they_are() -> None:
    near = Box(200, 60, 150, 400)
    plan = _plan_after_its_first_look()
    regions = plan.regions(_motion(near), _sought(near), SIZE_PX, float("inf"), 0.6)
    assert regions is not None
    assert [region.scale for region in regions] == [1.0]


def test_who_enters_is_looked_at_beside_who_is_followed() -> None:
    newcomer = Box(560, 220, 60, 120)
    regions = _look(_plan_after_its_first_look(), _motion(WALKER, newcomer), FOLLOWED, 0.6)
    assert regions is not None
    assert len(regions) == 2


@pytest.mark.parametrize("first_s", [0.0, 240 * 86_400.0])
def test_motion_that_is_nobody_is_not_looked_at_again_at_once_however_long_the_stream(first_s: float) -> None:
    plan, tree = _plan_after_its_first_look(first_s), Box(500, 40, 60, 90)
    assert len(_look(plan, _motion(WALKER, tree), FOLLOWED, first_s + 0.6) or ()) == 2
    plan.affords(first_s + 1.4)
    assert len(_look(plan, _motion(WALKER, tree), FOLLOWED, first_s + 1.4) or ()) == 1


@pytest.mark.parametrize("walker", [WALKER, Box(100, 20, 300, 440)])
def test_whole_picture_is_looked_at_in_full_scale_now_and_then(walker: Box) -> None:
    plan = _plan_after_its_first_look()
    whole = []
    for number in range(3, 200):
        at_s = number * 0.2
        if plan.affords(at_s) and _look(plan, _motion(walker), _sought(walker), at_s) is None:
            whole.append(at_s)
    assert np.allclose(np.diff(whole), WHOLE_LOOK_S, atol=0.5)


@pytest.mark.parametrize("high_px", [100, 300])
def test_allowance_is_kept_in_a_crowd(high_px: int) -> None:
    plan, spent = LookPlan(0.5), 0.0
    crowd = [Box(80 * n, 10 if n % 2 else 360 - high_px, 78, high_px) for n in range(8)]
    for number in range(300):
        at_s = number * 0.2
        if plan.affords(at_s):
            spent += _cost(_look(plan, _motion(*crowd), _sought(*crowd), at_s))
    assert 25 <= spent <= 31


def test_many_parts_become_few() -> None:
    boxes, scales = merged(np.array([Box(30 * n, 30 * (n % 7), 12, 24) for n in range(20)], float), np.ones(20))
    assert len(boxes) == len(scales) <= MOST_REGIONS


def test_parts_are_joined_at_the_finer_scale_only_where_that_is_cheaper() -> None:
    boxes = np.array([[0, 0, 200, 400], [190, 300, 60, 100]], float)
    joined, scales = merged(boxes, np.array([0.5, 0.5]))
    assert (len(joined), scales.tolist()) == (2, [0.5, 0.5])
    boxes = np.array([[0, 0, 200, 400], [170, 10, 60, 380]], float)
    assert len(merged(boxes, np.array([0.5, 0.5]))[0]) == 1
    assert len(merged(boxes, np.array([0.25, 1.0]))[0]) == 2


def test_a_part_that_lies_mostly_in_another_is_not_shown_twice() -> None:
    boxes = np.array([[0, 0, 200, 400], [150, 10, 60, 380]], float)
    joined, scales = merged(boxes, np.array([0.25, 1.0]))
    assert (joined.tolist(), scales.tolist()) == ([[0, 0, 210, 400]], [1.0])


def test_no_camera_is_looked_at_more_often_than_five_times_a_second() -> None:
    plan = LookPlan(25.0)
    looks = 0
    for picture in range(50):
        at_s = picture / 25
        looks += plan.affords(at_s) and _look(plan, _motion(WALKER), FOLLOWED, at_s) != ()
    assert 9 <= looks <= 11


def test_first_look_is_taken_where_little_may_be_spent_and_the_next_whole_one_only_when_it_is_paid() -> None:
    plan = LookPlan(0.5)
    assert plan.affords(0.0)
    assert _look(plan, _motion(), NOBODY, 0.0) is None
    assert plan.affords(1.0)
    assert _look(plan, _motion(), NOBODY, 1.0) == ()
    assert plan.affords(WHOLE_LOOK_S + 2.0)
    assert _look(plan, _motion(), NOBODY, WHOLE_LOOK_S + 2.0) is None


def _merged_one_join_at_a_time(boxes: list[Box], scales: list[float]) -> list[tuple[float, ...]]:
    """What ``merged`` is to give: of all pairs that are left, the least dear one is joined, again and again."""
    parts = {
        number: _Part.of(box.left, box.top, box.left + box.width, box.top + box.height, scale)
        for number, (box, scale) in enumerate(zip(boxes, scales, strict=True))
    }
    for number in range(len(parts), 2 * len(parts)):
        pairs = [(parts[one].dearer(parts[other]), one, other) for one, other in combinations(parts, 2)]
        if not pairs or (min(pairs)[0] > 0 and len(parts) <= MOST_REGIONS):
            break
        _, one, other = min(pairs)
        parts[number] = parts.pop(one).joined(parts.pop(other))
    return [part[:5] for part in parts.values()]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            *(st.integers(0, 600), st.integers(0, 440), st.integers(1, 120), st.integers(1, 200)),
            st.sampled_from([0.25, 0.5, 1.0]),
        ),
        min_size=1,
        max_size=24,
    )
)
def test_the_least_dear_pair_of_all_is_joined_each_time(parts: list[tuple[int, int, int, int, float]]) -> None:
    rows, scales = [Box(*part[:4]) for part in parts], [part[4] for part in parts]
    joined, joined_scales = merged(np.array(rows, float), np.array(scales))
    expected = np.array(_merged_one_join_at_a_time(rows, scales))
    np.testing.assert_array_equal(joined[:, :2], expected[:, :2])
    np.testing.assert_array_equal(joined[:, :2] + joined[:, 2:], expected[:, 2:4])
    np.testing.assert_array_equal(joined_scales, expected[:, 4])
