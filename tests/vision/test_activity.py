"""The timeline tells of what comes and goes, not of what moves always."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from hub.vision.activity import Activity

LOOKS_PER_S = 5


def mask(*parts: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """A small picture in which these parts move: left, top, width, height."""
    found = np.zeros((120, 213), np.uint8)
    for left, top, width, height in parts:
        found[top : top + height, left : left + width] = 255
    return found


def watch(activity: Activity, seconds: float, *parts: tuple[int, int, int, int], since_s: float = 0.0) -> int:
    """How many milliseconds of this were moving."""
    before_ms = activity.moving_ms
    for look in range(round(seconds * LOOKS_PER_S)):
        activity.note(since_s + look / LOOKS_PER_S, mask(*parts))
    return activity.moving_ms - before_ms


CLOCK = (4, 4, 40, 8)


def test_a_clock_in_the_picture_is_no_movement_once_it_is_known() -> None:
    activity = Activity()
    watch(activity, 20, CLOCK)
    assert watch(activity, 60, CLOCK, since_s=20) == 0
    assert activity.watched_ms == pytest.approx(80_000, abs=500)


def test_somebody_who_walks_through_is_told_beside_a_clock() -> None:
    activity = Activity()
    watch(activity, 60, CLOCK)
    moving_ms = 0
    for step in range(10):
        person = (20 + 15 * step, 60, 8, 24)
        moving_ms += watch(activity, 1, CLOCK, person, since_s=60 + step)
    assert moving_ms == pytest.approx(10_000, abs=300)


def test_a_busy_door_is_movement_while_people_are_there_a_third_of_the_time() -> None:
    activity = Activity()
    moving_ms = 0
    for turn in range(10):
        moving_ms += watch(activity, 4, (80, 40, 20, 50), since_s=turn * 12)
        assert watch(activity, 8, since_s=turn * 12 + 4) == 0
    assert moving_ms > 30_000


def test_the_time_while_nobody_looked_is_not_counted() -> None:
    activity = Activity()
    watch(activity, 2, CLOCK)
    activity.note(100.0, mask(CLOCK))
    assert activity.watched_ms < 3_000


def test_a_picture_of_another_size_begins_anew() -> None:
    activity = Activity()
    watch(activity, 60, CLOCK)
    activity.note(60.2, np.full((90, 120), 255, np.uint8))
    assert activity.moving_ms > 0
