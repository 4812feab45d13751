"""Weekly times by the clock on the wall: when a venue is open, when somebody is on shift. Pure.

A time begins on its weekdays (1 is Monday, ISO 8601) at ``begin_minute`` of the day and ends at ``end_minute``: on the
same day when that is later, else on the next. It holds while the clock on the wall shows it: an hour that the change to
summer time leaves out is left out, one that comes twice in autumn counts twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple, Protocol

DAY_MINUTES = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_CHAINED = 8
"""Shifts that follow one another without a gap and are taken as one."""


class Weekly(Protocol):
    """A time that comes every week."""

    @property
    def weekdays(self) -> tuple[int, ...]: ...

    @property
    def begin_minute(self) -> int: ...

    @property
    def end_minute(self) -> int: ...


class WallClock(NamedTuple):
    """What the clock on the wall shows."""

    midnight: datetime
    """Of its day, without a zone."""
    weekday: int
    """ISO 8601, 1 to 7."""
    minute: int
    """Of its day."""


def wall_clock(at_us: int, zone: tzinfo) -> WallClock:
    """What it shows in the zone at ``at_us`` (UTC)."""
    local = (_EPOCH + timedelta(microseconds=at_us)).astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    return WallClock(midnight, midnight.isoweekday(), local.hour * 60 + local.minute)


def is_open(openings: Collection[Weekly], wall: WallClock) -> bool:
    """Whether a venue with these openings is open; one without any always is."""
    return not openings or on_shift(openings, wall)


def on_shift(shifts: Iterable[Weekly], wall: WallClock) -> bool:
    """Whether one of the shifts is under way."""
    for one in shifts:  # noqa: SIM110 - asked for a thousand venues at once, a generator each takes half as long again
        if is_under_way(one, wall):
            return True
    return False


def is_under_way(weekly: Weekly, wall: WallClock) -> bool:
    """Whether this time holds."""
    return _days_since_begin(weekly, wall) is not None


def shift_ends_at_us(shifts: Iterable[Weekly], at_us: int, zone: tzinfo) -> int | None:
    """When the shift under way at ``at_us`` ends, and those that follow without a gap; None when none is under way."""
    known = list(shifts)
    ends_us: int | None = None
    for _ in range(MAX_CHAINED):
        at_us = at_us if ends_us is None else ends_us
        later = max((end for one in known if (end := _ends_at_us(one, at_us, zone)) is not None), default=None)
        if later is None:
            break
        ends_us = later
    return ends_us


def _days_since_begin(weekly: Weekly, wall: WallClock) -> int | None:
    """0 when the time that holds began on this day, 1 when on the day before; None when it does not hold."""
    crosses = weekly.end_minute <= weekly.begin_minute
    has_begun = weekly.begin_minute <= wall.minute and wall.weekday in weekly.weekdays
    if has_begun and (crosses or wall.minute < weekly.end_minute):
        return 0
    if crosses and wall.minute < weekly.end_minute and (wall.weekday - 2) % 7 + 1 in weekly.weekdays:
        return 1
    return None


def _ends_at_us(weekly: Weekly, at_us: int, zone: tzinfo) -> int | None:
    now = wall_clock(at_us, zone)
    days = _days_since_begin(weekly, now)
    if days is None:
        return None
    minutes = weekly.end_minute + (DAY_MINUTES if weekly.end_minute <= weekly.begin_minute else 0)
    wall = now.midnight + timedelta(days=-days, minutes=minutes)
    for fold in (0, 1):  # the clock may show the end twice (PEP 495)
        ends_us = (wall.replace(tzinfo=zone, fold=fold) - _EPOCH) // timedelta(microseconds=1)
        if ends_us > at_us:
            break
    return ends_us
