"""Whether the disk holds footage for the days that are wanted, told weeks before it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True)
class Recorded:
    """One camera: what it records in a day, how many days of it lie on the disk, how many are to."""

    bytes_per_day: float
    days_there: float
    days_wanted: int


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """``full_in_days``: until the disk reaches its share, None where all the days wanted find room.

    ``days_short``: of the days wanted of the camera that is kept longest, so many will not be there then.
    """

    bytes_per_day: float
    room_bytes: int
    days_wanted: int
    full_in_days: float | None
    days_short: float

    @property
    def is_enough(self) -> bool:
        return self.full_in_days is None


def forecast(cameras: Sequence[Recorded], room_bytes: int) -> Forecast:
    """``room_bytes``: what may still be written before the disk reaches its share; below 0 where it is over it."""
    per_day = sum(one.bytes_per_day for one in cameras)
    wanted = max((one.days_wanted for one in cameras), default=0)
    missing = max((one.days_wanted - one.days_there for one in cameras if one.bytes_per_day), default=0.0)
    full_in_days = _full_in(cameras, room_bytes)
    return Forecast(
        bytes_per_day=per_day,
        room_bytes=room_bytes,
        days_wanted=wanted,
        full_in_days=full_in_days,
        days_short=0.0 if full_in_days is None else max(missing - full_in_days, 0.0),
    )


def _full_in(cameras: Sequence[Recorded], room_bytes: float) -> float | None:
    """A camera adds to what is there until its days are; then as much goes as comes."""
    growing = sorted(
        (one.days_wanted - one.days_there, one.bytes_per_day)
        for one in cameras
        if one.days_wanted > one.days_there and one.bytes_per_day
    )
    at_day, per_day = 0.0, sum(rate for _, rate in growing)
    for until_day, rate in growing:
        added = (until_day - at_day) * per_day
        if added > room_bytes:
            return at_day + max(room_bytes, 0) / per_day
        room_bytes -= added
        at_day, per_day = until_day, per_day - rate
    return None
