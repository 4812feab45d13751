"""Which segments go: those whose days are over, and the oldest where the disk is fuller than its share.

A segment that a hold names stays, and so does the last hour, whatever the disk says. No file is touched here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hub.footage.segments.known_time import Now
from hub.footage.segments.listing import SegmentFile
from hub.footage.segments.names import DAY_US, HOUR_US


@dataclass(frozen=True)
class Hold:
    """Footage of an open case: these cameras' segments that reach into this time stay."""

    camera_ids: frozenset[str]
    from_us: int
    until_us: int


@dataclass(frozen=True)
class PastDays:
    """What counts for a camera's footage that begins before ``until_us``: at most so many days."""

    days: int
    until_us: int


@dataclass(frozen=True)
class Rules:
    """How long footage is kept: ``days``, for a camera in ``days_of`` the days that its owner says, if fewer.

    ``past_of``: what was agreed before of a camera, the least of all counts. ``disk_share``: how full the disk may
    become, 0 to 1. ``holds``: as they were when a sweep began; none is missed that comes later (``Keeper``).
    """

    days: int
    disk_share: float
    days_of: Mapping[str, int] = field(default_factory=dict)
    holds: Sequence[Hold] = ()
    past_of: Mapping[str, Sequence[PastDays]] = field(default_factory=dict)

    def days_for(self, camera_id: str) -> int:
        """Of footage that is recorded now."""
        return min(self.days, self.days_of.get(camera_id, self.days))

    def days_since(self, camera_id: str, start_us: int) -> int:
        """Of footage that begins then."""
        past = [one.days for one in self.past_of.get(camera_id, ()) if start_us < one.until_us]
        return min((self.days_for(camera_id), *past))

    def is_over(self, one: Stored, now_us: int) -> bool:
        """Whether its days are over."""
        return one.end_us <= now_us - self.days_since(one.camera_id, one.start_us) * DAY_US

    def youngest_us(self, camera_id: str, now_us: int) -> int:
        """Of footage that begins later, nothing is too old."""
        past = [one.days for one in self.past_of.get(camera_id, ())]
        return now_us - min((self.days_for(camera_id), *past)) * DAY_US

    def is_held(self, camera_id: str, start_us: int, end_us: int) -> bool:
        return is_held(self.holds, camera_id, start_us, end_us)


@dataclass(frozen=True)
class Stored:
    """A segment on disk. One that was never closed is taken to last two hours: it ends with its hour."""

    camera_id: str
    segment: SegmentFile
    bytes: int

    @property
    def start_us(self) -> int:
        return self.segment.start_us

    @property
    def end_us(self) -> int:
        return self.start_us + 2 * HOUR_US if self.segment.end_us is None else self.segment.end_us


def is_held(holds: Iterable[Hold], camera_id: str, start_us: int, end_us: int) -> bool:
    """Whether one of these names footage of this camera and time."""
    return any(camera_id in one.camera_ids and start_us < one.until_us and end_us > one.from_us for one in holds)


def too_old(stored: Iterable[Stored], rules: Rules, now_us: int) -> list[Stored]:
    """Those whose days are over."""
    return [
        one
        for one in stored
        if rules.is_over(one, now_us) and not rules.is_held(one.camera_id, one.start_us, one.end_us)
    ]


def for_room(stored: Iterable[Stored], rules: Rules, now: Now, excess_bytes: int) -> list[Stored]:
    """The oldest over all cameras, as many as make ``excess_bytes`` free; what a wrong clock dated ahead goes last."""
    going: list[Stored] = []
    for one in sorted(stored, key=lambda one: one.start_us):
        if excess_bytes <= 0:
            break
        if now.is_recent(one.end_us) or rules.is_held(one.camera_id, one.start_us, one.end_us):
            continue
        going.append(one)
        excess_bytes -= one.bytes
    return going
