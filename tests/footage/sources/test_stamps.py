"""The times of pictures: by arrival, through stamps that are missing or jump, and clocks that are set."""

from __future__ import annotations

import random

from devices.protocol.clock import ManualClock
from hub.footage.sources.dating import ArrivalDating, RecordedDating
from hub.footage.sources.stamps import Placed, Timeline

STEP_US = 40_000


def _live(clock: ManualClock, stamps: list[int | None], *, steps: int = 1) -> list[Placed]:
    timeline = Timeline(ArrivalDating(clock), 25.0)
    placed = []
    for stamp in stamps:
        placed.append(timeline.place(stamp, stamp))
        clock.advance(STEP_US * steps / 1e6)
    return placed


def test_stamps_that_are_missing_are_made_up_by_the_rate() -> None:
    placed = _live(ManualClock(), [None, STEP_US, 2 * STEP_US, None, 4 * STEP_US])
    assert [one.media_us for one in placed] == [number * STEP_US for number in range(5)]
    assert not any(one.jumped for one in placed)


def test_stamps_that_jump_back_or_ahead_are_told_and_wall_time_goes_on() -> None:
    for leap_us in (-3_000_000, 4 * 3_600_000_000):
        clock = ManualClock()
        began_us = clock.wall_us()
        placed = _live(clock, [number * STEP_US + (leap_us if number >= 5 else 0) for number in range(10)])
        assert [one.jumped for one in placed] == [number == 5 for number in range(10)]
        assert [one.wall_us for one in placed] == [began_us + number * STEP_US for number in range(10)]
        assert [one.media_us for one in placed] == [number * STEP_US for number in range(10)]


def test_silence_of_seconds_or_of_hours_keeps_its_length_in_wall_time() -> None:
    clock = ManualClock()
    timeline = Timeline(ArrivalDating(clock), 25.0)
    before, stamp_us = timeline.place(0, 0), 0
    for silent_s in (6, 4 * 3600):
        clock.advance(silent_s)
        stamp_us += silent_s * 1_000_000
        after = timeline.place(stamp_us, stamp_us)
        assert after.wall_us - before.wall_us == silent_s * 1_000_000
        assert after.jumped
        before = after


def test_first_picture_after_a_silence_is_dated_by_arrival_although_it_bears_no_stamp() -> None:
    clock = ManualClock()
    timeline = Timeline(ArrivalDating(clock), 25.0)
    for number in range(50):
        timeline.place(number * STEP_US, number * STEP_US)
        clock.advance(STEP_US / 1e6)
    clock.advance(12)
    after = [timeline.place(None, None)]
    assert (after[0].wall_us, after[0].jumped) == (clock.wall_us(), True)
    for number in range(1, 6):
        clock.advance(STEP_US / 1e6)
        stamp_us = 14_000_000 + number * STEP_US
        after.append(timeline.place(stamp_us, stamp_us))
    assert [one.wall_us - after[0].wall_us for one in after] == [number * STEP_US for number in range(6)]
    assert [one.jumped for one in after] == [True] + [False] * 5


def test_gap_in_a_recording_keeps_its_length_and_stamps_that_go_back_do_not_date_back() -> None:
    timeline = Timeline(RecordedDating(1_000_000), 25.0)
    walls = [timeline.place(stamp, stamp).wall_us for stamp in (0, STEP_US, 60_000_000, 5_000_000, 5_040_000)]
    assert walls == [1_000_000, 1_040_000, 61_000_000, 61_040_000, 61_080_000]


def test_pictures_out_of_order_are_dated_as_they_are_shown_and_decode_times_grow() -> None:
    clock = ManualClock()
    timeline = Timeline(ArrivalDating(clock), 25.0)
    shown = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8]
    placed = []
    for number, show in enumerate(shown):
        placed.append(timeline.place((show + 1) * STEP_US, number * STEP_US))
        clock.advance(STEP_US / 1e6)
    decode = [one.decode_us for one in placed]
    assert decode == sorted(set(decode))
    walls = [one.wall_us for one in sorted(placed[4:], key=lambda one: one.media_us)]  # by then it is sure
    assert all(abs(wall - walls[0] - number * STEP_US) < 2_000 for number, wall in enumerate(walls))


def test_clock_of_the_hub_that_is_set_is_told_as_a_jump() -> None:
    for by_s in (-3600.0, 3600.0):
        clock = ManualClock()
        timeline = Timeline(ArrivalDating(clock), 25.0)
        told = []
        for number in range(6):
            if number == 3:
                clock.jump_wall(by_s)
            told.append(timeline.place(number * STEP_US, number * STEP_US).jumped)
            clock.advance(STEP_US / 1e6)
        assert told == [False, False, False, True, False, False]


def test_decode_times_grow_whatever_a_camera_says() -> None:
    rng = random.Random(4)
    clock = ManualClock()
    timeline = Timeline(ArrivalDating(clock), 25.0)
    before: Placed | None = None
    for _ in range(2000):
        pts = rng.choice([None, rng.randrange(-(1 << 40), 1 << 40)])
        dts = rng.choice([None, rng.randrange(-(1 << 40), 1 << 40)])
        one = timeline.place(pts, dts)
        if before is not None:
            assert one.jumped or one.decode_us > before.decode_us
        assert one.wall_us >= one.decode_us
        before = one
        clock.advance(0.04)
