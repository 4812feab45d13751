"""Frames are looked at where there is something to see, at the pace that was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from hub.vision.gate import EMPTY_LOOK_S, STANDING_LOOK_S, LookGate
from hub.vision.motion import Motion


def _motion(share: float, settled: bool = True) -> Motion:
    nothing = np.zeros((4, 4), np.uint8)
    return Motion(nothing, nothing, (1.0, 1.0), share, settled)


STILL, MOVING, UNSETTLED = _motion(0.0), _motion(0.1), _motion(0.0, settled=False)


@pytest.mark.parametrize(("rate_hz", "looks"), [(7, 50), (10, 50), (25, 50), (30, 50), (3, 30)])
def test_looks_keep_the_pace_at_every_frame_rate(rate_hz: int, looks: int) -> None:
    gate = LookGate(5.0)
    due = sum(gate.due(number / rate_hz) for number in range(rate_hz * 10))
    assert abs(due - looks) <= 1


def test_pause_in_the_stream_is_not_made_up_for() -> None:
    gate = LookGate(5.0)
    gate.due(0.0)
    assert sum(gate.due(60 + number / 25) for number in range(25)) <= 6


def test_new_stream_is_looked_at_before_motion_is_known() -> None:
    assert LookGate(5.0).wants(UNSETTLED, 0, 0.0)


def test_still_scene_is_looked_at_now_and_then() -> None:
    gate = LookGate(5.0)
    wanted = [gate.wants(STILL, 0, second) for second in range(30)]
    assert wanted.count(True) == 30 / EMPTY_LOOK_S


def test_standing_person_is_looked_at_every_second() -> None:
    gate = LookGate(5.0)
    wanted = [gate.wants(STILL, 1, number * 0.2) for number in range(50)]
    assert wanted.count(True) == 10 / STANDING_LOOK_S


def test_walker_is_looked_at_every_time() -> None:
    gate = LookGate(5.0)
    assert all(gate.wants(MOVING, 1, number * 0.2) for number in range(50))


def test_leaves_in_the_wind_are_soon_looked_at_only_once_a_second() -> None:
    gate = LookGate(5.0)
    wanted = 0
    for number in range(100):
        if gate.wants(MOVING, 0, number * 0.2):
            wanted += 1
            gate.tell(0)
    assert 20 <= wanted <= 26


def test_somebody_among_the_leaves_brings_every_look_back() -> None:
    gate = LookGate(5.0)
    for number in range(100):
        if gate.wants(MOVING, 0, number * 0.2):
            gate.tell(0)
    gate.tell(1)
    assert gate.wants(MOVING, 0, 20.0)
    assert gate.wants(MOVING, 0, 20.2)
