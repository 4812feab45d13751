"""Which clock footage is aged by when the machine's is set."""

from __future__ import annotations

import pytest

from devices.protocol.clock import ManualClock
from hub.footage.segments.known_time import KnownTime

DAY_S = 86_400
MONTH_S = 31 * DAY_S


def pass_time(clock: ManualClock, known: KnownTime, hours: int) -> None:
    for _ in range(hours * 60):
        clock.advance(60)
        known.now()


def test_clock_that_leaps_a_month_counts_for_nothing_until_it_has_gone_on_for_a_day() -> None:
    clock = ManualClock()
    known = KnownTime(clock, None)
    clock.jump_wall(MONTH_S)
    assert known.now().has_leapt
    pass_time(clock, known, 23)
    now = known.now()
    assert now.has_leapt
    assert now.aged_us == now.wall_us - MONTH_S * 1_000_000
    pass_time(clock, known, 2)
    assert not known.now().has_leapt
    assert known.now().aged_us == clock.wall_us()


def test_clock_that_is_put_right_again_counts_at_once() -> None:
    clock = ManualClock()
    known = KnownTime(clock, None)
    clock.jump_wall(MONTH_S)
    pass_time(clock, known, 20)
    clock.jump_wall(-MONTH_S)
    assert known.now().aged_us == clock.wall_us()
    clock.jump_wall(MONTH_S)
    pass_time(clock, known, 20)
    assert known.now().has_leapt, "the day counts anew"


def test_clock_that_is_set_by_less_than_an_hour_or_back_is_no_leap() -> None:
    clock = ManualClock()
    known = KnownTime(clock, None)
    for seconds in (3500, -7200, 3600):
        clock.jump_wall(seconds)
        assert not known.now().has_leapt
        assert known.now().aged_us == clock.wall_us()


def test_hub_that_was_away_briefly_is_sure_and_one_whose_clock_leapt_meanwhile_is_not() -> None:
    clock = ManualClock()
    before_us = clock.wall_us()
    clock.advance(600)
    assert not KnownTime(clock, before_us).now().has_leapt
    clock.advance(MONTH_S)
    assert KnownTime(clock, before_us).now().has_leapt


@pytest.mark.parametrize(("off_days", "doubted"), [(0.5, False), (2.9, False), (3.1, True), (400, True)])
def test_a_hub_that_was_off_over_a_weekend_believes_its_clock(off_days: float, doubted: bool) -> None:
    clock = ManualClock()
    known_us = clock.wall_us() - round(off_days * 86_400_000_000)
    assert KnownTime(clock, known_us).now().has_leapt is doubted
