"""Days, weeks and months of the community's calendar. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

DAY = timedelta(days=1)
FORTNIGHT = 14 * DAY


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    """From Monday (ISO 8601)."""
    MONTH = "month"


def bounds(period: Period, day: date) -> tuple[date, date]:
    """The first day of the period in which ``day`` lies, and the first after it."""
    if period is Period.DAY:
        return day, day + DAY
    if period is Period.WEEK:
        monday = day - day.weekday() * DAY
        return monday, monday + 7 * DAY
    first = day.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1)


def begin_us(day: date, zone: tzinfo) -> int:
    """When a day begins there: microseconds since 1970 UTC."""
    at = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def day_of(at_us: int, zone: tzinfo) -> date:
    """The day there."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(zone).date()
