"""Live frames are dated by arrival, and the line's jitter does not show."""

from __future__ import annotations

import random

from devices.protocol.clock import ManualClock
from hub.footage.sources.dating import ArrivalDating, RecordedDating

FRAME_US = 100_000


def test_recording_is_dated_from_its_start() -> None:
    assert RecordedDating(1_000_000).wall_us(250_000) == 1_250_000


def test_jitter_of_the_line_does_not_show_in_the_dates() -> None:
    clock, jitter = ManualClock(), random.Random(3)
    dating = ArrivalDating(clock)
    start_wall_us, start_us, dates = clock.wall_us(), clock.monotonic_us(), []
    for number in range(100):
        late_us = 0 if number % 10 == 0 else jitter.randrange(80_000)
        clock.advance((start_us + number * FRAME_US + late_us - clock.monotonic_us()) / 1e6)
        dates.append(dating.wall_us(number * FRAME_US))
    errors_us = [date - start_wall_us - number * FRAME_US for number, date in enumerate(dates)]
    assert max(abs(error) for error in errors_us) < 2_000


def test_camera_whose_clock_runs_slow_stays_dated_by_arrival() -> None:
    clock = ManualClock()
    dating = ArrivalDating(clock)
    for number in range(36_000):  # one hour at 10 frames a second
        date_us = dating.wall_us(number * FRAME_US)
        clock.advance(0.1 * (1 + 100e-6))
    clock.advance(-0.1 * (1 + 100e-6))
    assert abs(date_us - clock.wall_us()) < 50_000


def test_camera_that_restarts_its_media_time_is_dated_by_arrival_again() -> None:
    clock = ManualClock()
    dating = ArrivalDating(clock)
    dating.wall_us(0)
    clock.advance(0.1)
    assert dating.wall_us(3_600_000_000) == clock.wall_us()


def test_a_frame_that_came_out_after_a_long_silence_is_dated_by_when_it_was_taken() -> None:
    clock = ManualClock()
    dating = ArrivalDating(clock)
    for number in range(20):
        date_us = dating.wall_us(number * FRAME_US)
        clock.advance(0.1)
    clock.advance(7.5)
    assert abs(dating.wall_us(20 * FRAME_US) - date_us - FRAME_US) < 2_000
    assert abs(dating.wall_us(96 * FRAME_US) - clock.wall_us()) < 2_000


def test_a_camera_whose_media_time_stood_still_is_dated_by_arrival_again_soon() -> None:
    clock = ManualClock()
    dating = ArrivalDating(clock)
    dating.wall_us(0)
    clock.advance(60)
    for number in range(1, 40):
        date_us = dating.wall_us(number * FRAME_US)
        clock.advance(0.1)
    assert abs(date_us + FRAME_US - clock.wall_us()) < 2_000


def test_wall_clock_set_by_hand_dates_what_comes_after() -> None:
    clock = ManualClock()
    dating = ArrivalDating(clock)
    dating.wall_us(0)
    clock.advance(0.1)
    clock.jump_wall(3600)
    assert dating.wall_us(FRAME_US) == clock.wall_us()
