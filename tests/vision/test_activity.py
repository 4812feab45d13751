"""The timeline tells of what comes and goes, not of what moves always."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bench.peers.motion_clips import HEIGHT_PX, WIDTH_PX
from hub.vision.activity import Activity
from hub.vision.motion import MotionDetector
from tests.vision.drawn import Walker, draw, street

LOOKS_PER_S = 5
WALL = street(WIDTH_PX, HEIGHT_PX)
PERSON = np.zeros((120, 160), np.uint8)
PERSON[60:84, 20:28] = 255


def seconds_moving(activity: Activity, motion: MotionDetector, from_s: int, to_s: int, *walkers: Walker) -> float:
    """Of this time before a street with a clock in the picture; each walker is at his place at ``from_s``."""
    before_ms = activity.moving_ms
    for look in range((to_s - from_s) * LOOKS_PER_S):
        since_s = look / LOOKS_PER_S
        shown = WALL.copy()
        for walker in walkers:
            draw(shown, walker, since_s)
        clock = f"16:20:{int(from_s + since_s) % 60:02d}"
        cv2.putText(shown, clock, (300, 340), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (250, 250, 250), 2)
        grey: NDArray[np.uint8] = np.asarray(cv2.cvtColor(shown, cv2.COLOR_BGR2GRAY), np.uint8)
        activity.note(from_s + since_s, motion.observe(grey, from_s + since_s).mask)
    return (activity.moving_ms - before_ms) / 1000


def test_a_clock_is_no_movement_once_it_is_known_and_who_walks_beside_it_is() -> None:
    activity, motion = Activity(), MotionDetector()
    seconds_moving(activity, motion, 0, 35)
    assert seconds_moving(activity, motion, 35, 45) <= 1
    assert seconds_moving(activity, motion, 45, 51, Walker(40, 300, 60, 130)) >= 5
    assert activity.watched_ms == pytest.approx(51_000, abs=500)


def test_the_time_while_nobody_looked_is_not_counted() -> None:
    activity = Activity()
    for at_s in (0.0, 0.2, 0.4, 100.0, 100.2):
        activity.note(at_s, PERSON)
    assert activity.watched_ms == activity.moving_ms == 600


def test_a_speck_is_no_movement() -> None:
    activity = Activity()
    for at_s in (0.0, 0.2):
        activity.note(at_s, PERSON[:70, :21])
    assert (activity.watched_ms, activity.moving_ms) == (200, 0)
