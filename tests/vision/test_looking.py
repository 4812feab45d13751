"""The detector is asked where it pays: at those followed and at what moves besides, within its allowance."""

from __future__ import annotations

import numpy as np
import pytest

from hub.vision.boxes import Box
from hub.vision.looking import MOST_REGIONS, WHOLE_LOOK_S, LookPlan, merged
from hub.vision.motion import Motion

SIZE_PX = (640, 480)
WALKER = Box(300, 200, 40, 100)
FOLLOWED, NOBODY = np.array([WALKER], float), np.zeros((0, 4))


def _motion(*boxes: Box) -> Motion:
    mask = np.zeros((120, 160), np.uint8)
    for left, top, width, height in boxes:
        mask[int(top / 4) : int((top + height) / 4), int(left / 4) : int((left + width) / 4)] = 255
    return Motion(mask, mask, (0.25, 0.25), float((mask > 0).mean()), settled=True)


def _plan_after_its_first_look(first_s: float = 0.0) -> LookPlan:
    plan = LookPlan(2.0)
    assert plan.affords(first_s)
    assert plan.regions(_motion(), NOBODY, SIZE_PX, first_s) is None
    plan.affords(first_s + 0.6)
    return plan


def test_follows_a_walker_in_a_small_part_of_the_picture() -> None:
    regions = _plan_after_its_first_look().regions(_motion(WALKER), FOLLOWED, SIZE_PX, 0.6)
    assert regions is not None
    assert len(regions) == 1
    assert regions[0].left < 300 < 340 < regions[0].left + regions[0].width
    assert regions[0].width * regions[0].height < 0.1 * 640 * 480


def test_who_enters_is_looked_at_beside_who_is_followed() -> None:
    newcomer = Box(560, 220, 60, 120)
    regions = _plan_after_its_first_look().regions(_motion(WALKER, newcomer), FOLLOWED, SIZE_PX, 0.6)
    assert regions is not None
    assert len(regions) == 2


@pytest.mark.parametrize("first_s", [0.0, 240 * 86_400.0])
def test_motion_that_is_nobody_is_not_looked_at_again_at_once_however_long_the_stream(first_s: float) -> None:
    plan, tree = _plan_after_its_first_look(first_s), Box(500, 40, 60, 90)
    assert len(plan.regions(_motion(WALKER, tree), FOLLOWED, SIZE_PX, first_s + 0.6) or ()) == 2
    plan.affords(first_s + 1.4)
    assert len(plan.regions(_motion(WALKER, tree), FOLLOWED, SIZE_PX, first_s + 1.4) or ()) == 1


def test_whole_picture_is_looked_at_now_and_then() -> None:
    plan = _plan_after_its_first_look()
    whole = []
    for number in range(3, 200):
        at_s = number * 0.2
        if plan.affords(at_s) and plan.regions(_motion(WALKER), FOLLOWED, SIZE_PX, at_s) is None:
            whole.append(at_s)
    assert np.allclose(np.diff(whole), WHOLE_LOOK_S, atol=0.5)


def test_allowance_is_kept_in_a_crowd() -> None:
    plan, spent = LookPlan(1.0), 0.0
    crowd = np.array([Box(80 * n, 100, 60, 300) for n in range(8)], float)
    for number in range(300):
        at_s = number * 0.2
        if plan.affords(at_s):
            regions = plan.regions(_motion(*(Box(*row) for row in crowd)), crowd, SIZE_PX, at_s)
            spent += 1.0 if regions is None else sum(part.width * part.height for part in regions) / (640 * 480)
    assert 40 <= spent <= 61


def test_many_parts_become_few() -> None:
    parts = merged(np.array([Box(30 * n, 30 * (n % 7), 12, 24) for n in range(20)], float))
    assert len(parts) <= MOST_REGIONS
