"""Weekly times by the clock on the wall: when a venue is open, when somebody is on shift. Pure.

A time begins on its weekdays (1 is Monday, ISO 8601) at ``begin_minute`` of the day and ends at ``end_minute``: on the
same day when that is later, else on the next. It holds while the clock on the wall shows it: an hour that the change to
summer time leaves out is left out, one that comes twice in autumn counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

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


def is_open(openings: Iterable[Weekly], at_us: int, zone: tzinfo) -> bool:
    """Whether a venue with these openings is open at ``at_us`` (UTC); one without any always is."""
    known = list(openings)
    return not known or any(_begun(one, _local(at_us, zone)) is not None for one in known)


def on_shift(shifts: Iterable[Weekly], at_us: int, zone: tzinfo) -> bool:
    """Whether one of the shifts is under way at ``at_us``."""
    return any(_begun(one, _local(at_us, zone)) is not None for one in shifts)


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


def _local(at_us: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(zone)


def _begun(weekly: Weekly, local: datetime) -> datetime | None:
    """The midnight of the day on which the time that holds at ``local`` began; None when it does not hold."""
    minute = local.hour * 60 + local.minute
    today = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    yesterday = today - timedelta(days=1)
    crosses = weekly.end_minute <= weekly.begin_minute
    has_begun = today.isoweekday() in weekly.weekdays and weekly.begin_minute <= minute
    if has_begun and (crosses or minute < weekly.end_minute):
        return today
    if crosses and yesterday.isoweekday() in weekly.weekdays and minute < weekly.end_minute:
        return yesterday
    return None


def _ends_at_us(weekly: Weekly, at_us: int, zone: tzinfo) -> int | None:
    day = _begun(weekly, _local(at_us, zone))
    if day is None:
        return None
    minutes = weekly.end_minute + (DAY_MINUTES if weekly.end_minute <= weekly.begin_minute else 0)
    wall = day + timedelta(minutes=minutes)
    for fold in (0, 1):  # the clock may show the end twice (PEP 495)
        ends_us = (wall.replace(tzinfo=zone, fold=fold) - _EPOCH) // timedelta(microseconds=1)
        if ends_us > at_us:
            break
    return ends_us
