"""What goes and what stays: terms, holds, the last hour, and room made by the oldest first."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.footage.segments.forecast import Recorded, forecast
from hub.footage.segments.known_time import Now
from hub.footage.segments.listing import SegmentFile
from hub.footage.segments.names import DAY_US, HOUR_US
from hub.footage.segments.retention import Hold, Rules, Stored, for_room, too_old

NOW_US = 1_795_363_200_000_000
NOW = Now(NOW_US, NOW_US)


def stored(camera_id: str, hours_ago: float, size: int = 10, hours: float | None = 1) -> Stored:
    start_us = NOW_US - round(hours_ago * HOUR_US)
    end_us = None if hours is None else start_us + round(hours * HOUR_US)
    return Stored(camera_id, SegmentFile(start_us, end_us, Path(f"{camera_id}/{start_us}.mp4")), size)


def test_a_segment_goes_when_all_of_it_is_older_than_its_days() -> None:
    rules = Rules(days=30, disk_share=0.9)
    old, edge, young = stored("C01", 30 * 24 + 1), stored("C01", 30 * 24 + 0.5), stored("C01", 20)
    assert too_old([old, edge, young], rules, NOW_US) == [old]


def test_an_owner_may_say_fewer_days_but_not_more() -> None:
    rules = Rules(days=30, disk_share=0.9, days_of={"C01": 3, "C02": 90})
    there = [stored(camera_id, days * 24 + 2) for camera_id in ("C01", "C02", "C03") for days in (3, 30)]
    assert [(one.camera_id, (NOW_US - one.start_us) // DAY_US) for one in too_old(there, rules, NOW_US)] == [
        ("C01", 3),
        ("C01", 30),
        ("C02", 30),
        ("C03", 30),
    ]


def test_what_a_hold_names_stays_however_old_and_however_full_the_disk() -> None:
    held = stored("C01", 40 * 24)
    beside, other = stored("C01", 41 * 24), stored("C02", 40 * 24)
    hold = Hold(frozenset({"C01"}), held.start_us + HOUR_US // 2, held.end_us + HOUR_US // 2)
    rules = Rules(days=30, disk_share=0.9, holds=[hold])
    assert too_old([held, beside, other], rules, NOW_US) == [beside, other]
    assert for_room([held, beside, other], rules, NOW, 10**9) == [beside, other]


def test_room_is_made_by_the_oldest_of_all_cameras_and_no_more_than_needed() -> None:
    there = [stored("C01", 5), stored("C02", 9), stored("C01", 8), stored("C03", 7)]
    going = for_room(there, Rules(days=30, disk_share=0.9), NOW, 15)
    assert [one.camera_id for one in going] == ["C02", "C01"]


def test_the_last_hour_and_what_is_being_written_never_go() -> None:
    there = [stored("C01", 1.5), stored("C02", 0.9, hours=None), stored("C03", 0.5), stored("C04", 2.5)]
    assert for_room(there, Rules(days=30, disk_share=0.9), NOW, 10**9) == [there[3]]


def test_last_hour_stays_by_either_clock_and_what_a_wrong_clock_dated_ahead_goes_last() -> None:
    ahead, last, old = stored("C01", -40 * 24), stored("C02", 0.5), stored("C03", 9)
    rules = Rules(days=30, disk_share=0.9)
    assert for_room([ahead, last, old], rules, NOW, 10**9) == [old, ahead]
    leapt = Now(NOW_US + 40 * DAY_US, NOW_US)
    assert for_room([ahead, last, old], rules, leapt, 10**9) == [old], "one is of now by each clock"


@given(
    st.lists(st.tuples(st.floats(0, 60 * 24), st.integers(1, 100), st.booleans()), max_size=40),
    st.integers(0, 2000),
    st.floats(0, 60 * 24),
)
def test_what_goes_for_room_is_older_than_what_stays(
    given_: list[tuple[float, int, bool]], excess: int, held_hours_ago: float
) -> None:
    there = [stored("C01" if first else "C02", ago, size) for ago, size, first in given_]
    held_us = NOW_US - round(held_hours_ago * HOUR_US)
    rules = Rules(days=30, disk_share=0.9, holds=[Hold(frozenset({"C01"}), held_us, held_us + HOUR_US)])
    going = for_room(there, rules, NOW, excess)
    may_go = [one for one in there if one.end_us <= NOW_US - HOUR_US and not rules.is_held("x", 0, 0)]
    may_go = [one for one in may_go if not rules.is_held(one.camera_id, one.start_us, one.end_us)]
    stays = [one for one in may_go if one not in going]
    assert all(one in may_go for one in going)
    assert all(one.start_us <= other.start_us for one in going for other in stays)
    assert sum(one.bytes for one in going[:-1]) < excess or not going
    assert sum(one.bytes for one in going) >= excess or not stays


def test_a_disk_that_is_too_small_is_told_weeks_before() -> None:
    cameras = [Recorded(bytes_per_day=20e9, days_there=5, days_wanted=30)] * 40
    found = forecast(cameras, room_bytes=12_000 * 10**9)
    assert found.full_in_days == pytest.approx(15)
    assert found.days_short == pytest.approx(10)
    assert not found.is_enough


def test_a_disk_with_room_for_all_days_is_enough() -> None:
    cameras = [Recorded(20e9, 5, 30)] * 40 + [Recorded(20e9, 5, 3)] * 40
    assert forecast(cameras, room_bytes=20_000 * 10**9).full_in_days is None
    assert forecast([Recorded(20e9, 31, 30)], room_bytes=0).is_enough
    assert forecast([], room_bytes=0).is_enough


def test_cameras_with_fewer_days_stop_growing_before() -> None:
    cameras = [Recorded(10.0, 0, 10), Recorded(10.0, 0, 30)]
    assert forecast(cameras, room_bytes=300).full_in_days == pytest.approx(20)
    assert forecast(cameras, room_bytes=400).full_in_days is None
    assert forecast(cameras, room_bytes=-5).full_in_days == 0
