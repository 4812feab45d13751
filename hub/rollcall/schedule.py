"""When the day's roll-call is due, by the clock on the community's wall. Pure."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import UTC, date, datetime, timedelta, tzinfo

MISSED_FOR = timedelta(hours=1)
"""A roll-call that could not be made at its time is made within so much of it, or not that day."""
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def minute_of_day(at: str) -> int | None:
    """The minute of the day that ``at`` names ("09:30"); None for an empty one. Raises ValueError."""
    if not at:
        return None
    found = _TIME.fullmatch(at)
    if found is None:
        raise ValueError(f"{at!r}: use HH:MM, from 00:00 to 23:59, or nothing")
    return int(found[1]) * 60 + int(found[2])


def due_day(at_minute: int, now_us: int, zone: tzinfo, made: Container[str]) -> str | None:
    """The day ("2026-11-22") whose roll-call is to be made at ``now_us`` (UTC); None when none is.

    ``made`` are the days that had theirs. What was due before midnight may be made after it. Where a change to summer
    time leaves the minute out, it is due an hour later; where one comes twice, it is due the first time.
    """
    now = _EPOCH + timedelta(microseconds=now_us)
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        if timedelta() <= now - _planned(day, at_minute, zone) < MISSED_FOR and day.isoformat() not in made:
            return day.isoformat()
    return None


def _planned(day: date, at_minute: int, zone: tzinfo) -> datetime:
    wall = datetime(day.year, day.month, day.day, at_minute // 60, at_minute % 60, tzinfo=zone)
    return wall.astimezone(UTC)
