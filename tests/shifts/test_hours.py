"""Weekly times by the clock on the wall, over midnight, week ends, time zones and the change to summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.people import Place, PlaceKind
from hub.shifts.hours import DAY_MINUTES, is_open, on_shift, shift_ends_at_us, wall_clock
from hub.shifts.messages import Opening, Shift

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")]
MINUTE_US = 60_000_000
V01 = Place(kind=PlaceKind.VENUE, place_id="V01")


def us(text: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> int:
    """Microseconds UTC of a local time such as ``2026-11-23 08:00`` (a Monday)."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()) * 1_000_000


def shift(weekdays: tuple[int, ...], begin: int, end: int) -> Shift:
    return Shift(place=V01, weekdays=weekdays, begin_minute=begin, end_minute=end)


@pytest.mark.parametrize(
    ("at", "is_it"),
    [
        ("2026-11-23 07:59", False),
        ("2026-11-23 08:00", True),
        ("2026-11-23 17:59", True),
        ("2026-11-23 18:00", False),
        ("2026-11-24 12:00", False),
    ],
)
def test_venue_is_open_from_its_first_minute_to_before_its_last(at: str, is_it: bool) -> None:
    assert is_open([Opening(weekday=1, begin_minute=480, end_minute=1080)], wall_clock(us(at), SHANGHAI)) is is_it


@pytest.mark.parametrize(
    ("at", "is_it"),
    [
        ("2026-11-29 21:59", False),
        ("2026-11-29 22:00", True),
        ("2026-11-30 05:59", True),
        ("2026-11-30 06:00", False),
        ("2026-11-29 05:00", False),
        ("2026-12-01 05:00", False),
    ],
)
def test_sunday_night_goes_on_into_monday_morning(at: str, is_it: bool) -> None:
    assert on_shift([shift((7,), 1320, 360)], wall_clock(us(at), SHANGHAI)) is is_it


def test_venue_without_hours_is_always_open_and_nobody_without_shifts_is_on_one() -> None:
    assert is_open([], wall_clock(us("2026-11-23 03:00"), SHANGHAI))
    assert not on_shift([], wall_clock(us("2026-11-23 03:00"), SHANGHAI))


def test_same_begin_and_end_is_a_whole_day() -> None:
    day = [Opening(weekday=6, begin_minute=600, end_minute=600)]
    moments = ("28 09:59", "28 10:00", "29 09:59", "29 10:00")
    assert [is_open(day, wall_clock(us(f"2026-11-{at}"), SHANGHAI)) for at in moments] == [False, True, True, False]


def test_same_instant_is_another_weekday_elsewhere() -> None:
    monday = [Opening(weekday=1, begin_minute=0, end_minute=1440)]
    at_us = us("2026-11-23 01:00")
    assert is_open(monday, wall_clock(at_us, SHANGHAI)) and not is_open(monday, wall_clock(at_us, BERLIN))


def test_shift_ends_by_the_clock_on_the_wall_though_the_night_has_25_hours() -> None:
    night = [shift((6,), 1320, 360)]  # Saturday 24 October 2026, 22:00 to 06:00; the clock goes back at 03:00
    ends_us = shift_ends_at_us(night, us("2026-10-24 22:00", BERLIN), BERLIN)
    assert ends_us == us("2026-10-25 06:00", BERLIN)
    assert ends_us - us("2026-10-24 22:00", BERLIN) == 9 * 60 * MINUTE_US
    small = [shift((7,), 60, 150)]  # until 02:30, which comes twice
    assert shift_ends_at_us(small, us("2026-10-25 02:10", BERLIN, fold=1), BERLIN) == us("2026-10-25 02:30", BERLIN, 1)


def test_shifts_that_follow_one_another_end_with_the_last() -> None:
    two = [shift((1,), 480, 960), shift((1,), 960, 1440)]
    assert shift_ends_at_us(two, us("2026-11-23 09:00"), SHANGHAI) == us("2026-11-24 00:00")
    assert shift_ends_at_us(two, us("2026-11-23 07:59"), SHANGHAI) is None


minutes = st.integers(0, DAY_MINUTES - 1)
weekly = st.builds(
    shift, st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True).map(tuple), minutes, st.integers(0, 1440)
)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(
    lambda at: round((at.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
)


@given(one=weekly, at_us=instants, zone=st.sampled_from(ZONES))
def test_somebody_is_on_shift_exactly_when_the_wall_clock_says_so(one: Shift, at_us: int, zone: ZoneInfo) -> None:
    """Against another way of reckoning: the minute of the week, with every interval laid out on a ring of a week."""
    local = datetime.fromtimestamp(at_us // 1_000_000, zone)
    ring = 7 * DAY_MINUTES
    now = (local.isoweekday() - 1) * DAY_MINUTES + local.hour * 60 + local.minute
    length = (one.end_minute - one.begin_minute) % DAY_MINUTES or DAY_MINUTES
    begins = [(day - 1) * DAY_MINUTES + one.begin_minute for day in one.weekdays]
    assert on_shift([one], wall_clock(at_us, zone)) is any((now - begin) % ring < length for begin in begins)


@given(one=weekly, at_us=instants, zone=st.sampled_from(ZONES))
def test_end_of_a_shift_is_the_first_moment_after_it_at_most_a_day_away(one: Shift, at_us: int, zone: ZoneInfo) -> None:
    ends_us = shift_ends_at_us([one], at_us, zone)
    if ends_us is None:
        assert not on_shift([one], wall_clock(at_us, zone))
        return
    assert ends_us > at_us
    local = datetime.fromtimestamp(ends_us // 1_000_000, zone)
    changes = len({datetime.fromtimestamp(ends_us // 1_000_000 + h * 3600, zone).utcoffset() for h in range(-30, 3)})
    if changes == 1:  # away from the change to summer time
        assert local.hour * 60 + local.minute == one.end_minute % DAY_MINUTES
        assert on_shift([one], wall_clock(ends_us - 1, zone))
