"""Motion is found where something moves, and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hub.vision.motion import SETTLED_AFTER_S, Motion, MotionDetector
from tests.vision.drawn import Walker, scene, street

BACKGROUND = street()
STEP_S = 0.2


def _grey(walkers: list[Walker], at_s: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(scene(walkers, at_s, BACKGROUND), cv2.COLOR_BGR2GRAY), np.uint8)


def _watch(detector: MotionDetector, walkers: list[Walker], from_s: float, to_s: float) -> list[Motion]:
    return [detector.observe(_grey(walkers, at_s), at_s) for at_s in np.arange(from_s, to_s, STEP_S)]


def test_empty_street_shows_no_motion() -> None:
    assert all(motion.share == 0 for motion in _watch(MotionDetector(), [], 0, 6))


def test_walker_moves_and_the_street_does_not() -> None:
    walker = Walker(150, 420, 60, 180)
    motions = _watch(MotionDetector(), [walker], 0, 6)
    last_s = np.arange(0, 6, STEP_S)[-1]
    boxes = np.array([walker.box(last_s), (20, 20, 100, 100), (30, 250, 60, 150)])
    shares = motions[-1].share_in(boxes)
    assert shares[0] > 0.3
    assert shares[1:].max() < 0.02


def test_crowd_from_the_first_picture_settles_in_time() -> None:
    crowd = [Walker(60 + 90 * n, 330 + 25 * n, (-1) ** n * 50, 130 + 20 * n) for n in range(6)]
    motions = _watch(MotionDetector(), crowd, 0, 3)
    assert motions[-1].settled
    times = np.arange(0, 3, STEP_S)
    boxes = np.array([walker.box(times[-1]) for walker in crowd])
    assert (motions[-1].share_in(boxes) > 0.05).all()


@pytest.mark.parametrize("rate_hz", [2, 10, 25])
def test_settling_takes_the_same_time_at_every_pace(rate_hz: int) -> None:
    detector = MotionDetector()
    grey = _grey([], 0)
    settled = [detector.observe(grey, number / rate_hz).settled for number in range(rate_hz * 4)]
    assert settled.index(True) / rate_hz == pytest.approx(SETTLED_AFTER_S, abs=1 / rate_hz)


def test_light_switched_on_is_no_motion() -> None:
    detector = MotionDetector()
    _watch(detector, [], 0, 4)
    bright = np.clip(_grey([], 4) * 1.3 + 20, 0, 255).astype(np.uint8)
    after = [detector.observe(bright, at_s) for at_s in np.arange(4, 7, STEP_S)]
    assert all(motion.settled and motion.share < 0.02 for motion in after)


def test_who_stands_still_becomes_background() -> None:
    detector = MotionDetector()
    _watch(detector, [], 0, 4)
    standing = _grey([Walker(300, 420, 0, 180)], 4)
    motions = [detector.observe(standing, at_s) for at_s in np.arange(4, 12, STEP_S)]
    assert motions[0].share > 0.01
    assert motions[-1].share == 0


def test_camera_that_changes_its_picture_size_starts_anew() -> None:
    detector = MotionDetector()
    _watch(detector, [], 0, 4)
    wide = np.asarray(cv2.resize(_grey([], 4), (640, 360)), np.uint8)
    assert not detector.observe(wide, 4.0).settled


def test_tiny_picture_is_read() -> None:
    detector = MotionDetector()
    assert detector.observe(np.zeros((3, 2), np.uint8), 0.0).share == 0
    assert detector.observe(np.full((3, 2), 255, np.uint8), 0.1).mask.shape == (3, 2)
