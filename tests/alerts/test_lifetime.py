"""How much of an alert's time is left, whatever the wall clock does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.clock import ManualClock
from hub.alerts import lifetime as module
from hub.alerts.lifetime import Lifetime


def test_time_runs_down_to_nothing() -> None:
    clock = ManualClock()
    lifetime = Lifetime.starting(clock, 60)
    clock.advance(59)
    assert lifetime.left_s(clock) == 1
    clock.advance(100)
    assert lifetime.left_s(clock) == 0


@given(st.lists(st.floats(-1e9, 1e9), max_size=5), st.floats(0, 60))
def test_jumps_of_the_wall_clock_change_nothing(jumps_s: list[float], passed_s: float) -> None:
    clock = ManualClock()
    lifetime = Lifetime.starting(clock, 60)
    for jump_s in jumps_s:
        clock.jump_wall(jump_s)
    clock.advance(passed_s)
    assert lifetime.left_s(clock) == pytest.approx(60 - passed_s, abs=1e-5)


def test_after_a_reboot_the_wall_clock_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ManualClock(monotonic_us=900_000_000)
    lifetime = Lifetime.starting(before, 60)
    monkeypatch.setattr(module, "machine_boot", lambda: "another run of the machine")
    after = ManualClock(monotonic_us=5, wall_us=before.wall_us() + 20_000_000)
    assert lifetime.left_s(after) == 40
    after.jump_wall(-1000)
    assert lifetime.left_s(after) == 60, "a clock set back gives no more than the whole"


def test_machine_whose_run_is_unknown_goes_by_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "machine_boot", lambda: "")
    clock = ManualClock()
    lifetime = Lifetime.starting(clock, 60)
    clock.jump_wall(10)
    assert lifetime.left_s(clock) == 50
