"""When a roll-call begins and ends: through days, time zones, restarts and clocks that jump."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.clock import ManualClock
from hub.alerts.lifetime import Lifetime
from hub.rollcall.machine import SETTLE_S, Due, Machine, Over
from hub.rollcall.schedule import due_day, minute_of_day

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HALF_PAST_NINE = 9 * 60 + 30
LASTS_S = 600.0
HOUR_S, DAY_S = 3600, 86_400


def at_us(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    """Microseconds since 1970 UTC when the clock on the wall shows this."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1e6)


class Room:
    """What the room does with the machine's word, without a disk: days that were made survive a restart."""

    def __init__(self, begins_at: str, at_minute: int | None = HALF_PAST_NINE) -> None:
        self.clock = ManualClock(wall_us=at_us(begins_at))
        self.at_minute = at_minute
        self.made: list[str] = []
        self.ended = 0
        self.under_way: Lifetime | None = None
        self.restart()

    def restart(self) -> None:
        self.machine = Machine(self.clock, self.at_minute, lambda: SHANGHAI)
        self.machine.take_up(self.under_way, self.made)

    def look(self) -> None:
        step = self.machine.look()
        if isinstance(step, Due):
            self.made.append(step.day)
            self.begin(step.day)
        elif isinstance(step, Over):
            self.machine.ended()
            self.under_way = None
            self.ended += 1

    def begin(self, day: str | None = None) -> None:
        self.under_way = Lifetime.starting(self.clock, LASTS_S)
        self.machine.begun(self.under_way, day)

    def wait(self, seconds: float, step_s: float = 60.0) -> None:
        while seconds > 0:
            self.clock.advance(min(step_s, seconds))
            self.look()
            seconds -= step_s


def test_roll_is_called_once_each_day_at_its_time_and_ends_after_its_minutes() -> None:
    room = Room("2026-11-22 09:29:59")
    room.look()
    assert room.made == []
    room.wait(1)
    assert room.made == ["2026-11-22"]
    room.wait(LASTS_S - 1, step_s=1)
    assert (room.ended, room.machine.is_under_way) == (0, True)
    room.wait(1)
    assert room.ended == 1
    room.wait(4 * DAY_S, step_s=300)
    assert room.made == [f"2026-11-{day}" for day in range(22, 27)]
    assert room.ended == 5


def test_none_is_called_where_no_time_is_set() -> None:
    room = Room("2026-11-22 00:00:00", at_minute=None)
    room.wait(2 * DAY_S, step_s=600)
    assert room.made == []


@pytest.mark.parametrize(
    ("starts_at", "made"),
    [("09:29:00", []), ("09:30:00", ["2026-11-22"]), ("10:29:59", ["2026-11-22"]), ("10:30:00", []), ("23:00:00", [])],
)
def test_hub_that_starts_up_to_an_hour_late_calls_the_roll_then(starts_at: str, made: list[str]) -> None:
    room = Room(f"2026-11-22 {starts_at}")
    room.look()
    assert room.made == made


def test_restart_neither_repeats_the_days_roll_call_nor_loses_the_one_under_way() -> None:
    room = Room("2026-11-22 09:30:00")
    room.look()
    for _ in range(4):
        room.wait(120)
        room.restart()
        room.look()
    assert (room.made, room.ended) == (["2026-11-22"], 0)
    room.wait(LASTS_S)
    assert (room.made, room.ended) == (["2026-11-22"], 1)
    room.restart()
    room.look()
    assert room.made == ["2026-11-22"]


def test_roll_call_whose_time_ran_out_while_the_hub_was_gone_waits_for_what_radios_say_again() -> None:
    room = Room("2026-11-22 09:30:00")
    room.look()
    room.clock.advance(2 * LASTS_S)
    room.restart()
    room.wait(SETTLE_S - 1, step_s=1)
    assert room.ended == 0
    room.wait(1)
    assert room.ended == 1


def test_what_was_due_before_midnight_is_called_after_it_as_that_days() -> None:
    room = Room("2026-11-23 00:10:00", at_minute=23 * 60 + 45)
    room.look()
    assert room.made == ["2026-11-22"]
    room.wait(DAY_S)
    assert room.made == ["2026-11-22", "2026-11-23"]


@pytest.mark.parametrize("jump_s", [-3 * HOUR_S, -DAY_S, 3 * HOUR_S, 400 * DAY_S])
def test_clock_that_jumps_while_it_runs_does_not_change_when_it_ends(jump_s: float) -> None:
    room = Room("2026-11-22 09:30:00")
    room.look()
    room.clock.advance(100)
    room.clock.jump_wall(jump_s)
    room.wait(LASTS_S - 101, step_s=1)
    assert room.ended == 0
    room.wait(1)
    assert room.ended == 1


def test_clock_that_was_set_back_does_not_call_the_roll_twice_a_day() -> None:
    room = Room("2026-11-22 09:30:00")
    room.look()
    room.wait(LASTS_S + 60)
    room.clock.jump_wall(-2 * HOUR_S)
    room.wait(4 * HOUR_S)
    assert room.made == ["2026-11-22"]


def test_clock_that_was_wrong_by_years_at_the_start_costs_no_day() -> None:
    room = Room("2030-01-01 09:30:00")
    room.look()
    room.clock.jump_wall((at_us("2026-11-22 09:00:00") - room.clock.wall_us()) / 1e6)
    room.wait(HOUR_S)
    assert room.made == ["2030-01-01", "2026-11-22"]


def test_days_roll_call_waits_for_one_by_hand_and_no_two_run_at_once() -> None:
    room = Room("2026-11-22 09:25:00")
    room.begin()
    with pytest.raises(ValueError, match="cannot be begun"):
        room.begin()
    room.wait(LASTS_S - 60)
    assert room.made == []
    room.wait(120)
    assert (room.ended, room.made) == (1, ["2026-11-22"])


def test_one_that_is_not_under_way_cannot_end() -> None:
    with pytest.raises(ValueError, match="cannot be ended"):
        Room("2026-11-22 09:00:00").machine.ended()


@given(starts_s=st.integers(0, 60 * DAY_S), pauses_s=st.lists(st.integers(1, 2 * DAY_S), max_size=20))
def test_however_the_hub_comes_and_goes_no_day_is_called_twice_and_none_that_it_lived_through_is_left_out(
    starts_s: int, pauses_s: list[int]
) -> None:
    room = Room("2026-01-01 00:00:00")
    room.clock.advance(starts_s)
    expected = set()
    for pause_s in pauses_s:
        room.clock.advance(pause_s)
        room.restart()
        for _ in range(30):  # half an hour of life
            room.clock.advance(60)
            room.look()
            local = datetime.fromtimestamp(room.clock.wall_us() / 1e6, SHANGHAI)
            if 9.5 <= local.hour + local.minute / 60 < 10.4 and not room.machine.is_under_way:
                expected.add(local.date().isoformat())
    assert len(room.made) == len(set(room.made))
    assert expected <= set(room.made)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-29 01:29:59+01:00", None),
        ("2026-03-29 03:30:00+02:00", "2026-03-29"),  # the clock goes from 02:00 to 03:00: 02:30 is an hour later
        ("2026-10-25 02:30:00+02:00", "2026-10-25"),  # 02:30 comes twice: the first time
        ("2026-10-25 02:31:00+01:00", None),
    ],
)
def test_where_summer_time_begins_or_ends_it_is_called_once(now: str, due: str | None) -> None:
    now_us = round(datetime.fromisoformat(now).timestamp() * 1e6)
    assert due_day(2 * 60 + 30, now_us, BERLIN, made=()) == due


@pytest.mark.parametrize(("at", "minute"), [("", None), ("00:00", 0), ("09:30", 570), ("23:59", 1439)])
def test_time_of_the_day_is_read(at: str, minute: int | None) -> None:
    assert minute_of_day(at) == minute


@pytest.mark.parametrize(
    "at", ["9:30", "24:00", "09:60", "09:3", "0930", "a:bc", "09:30:00", "-1:30", " 9:30", "²3:10"]
)
def test_time_that_is_none_is_refused(at: str) -> None:
    with pytest.raises(ValueError, match="use HH:MM"):
        minute_of_day(at)
