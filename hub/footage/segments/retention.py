"""Which segments go: those whose days are over, and the oldest where the disk is fuller than its share.

A segment that a hold names stays, and so does the last hour, whatever the disk says. No file is touched here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hub.footage.segments.listing import SegmentFile
from hub.footage.segments.names import DAY_US, HOUR_US

NEVER_US = HOUR_US
"""What was recorded this lately never goes for want of room."""


@dataclass(frozen=True)
class Hold:
    """Footage of an open case: these cameras' segments that reach into this time stay."""

    camera_ids: frozenset[str]
    from_us: int
    until_us: int


@dataclass(frozen=True)
class Rules:
    """How long footage is kept: ``days``, for a camera in ``days_of`` the days that its owner says, if fewer.

    ``disk_share``: how full the disk may become, 0 to 1.
    """

    days: int
    disk_share: float
    days_of: Mapping[str, int] = field(default_factory=dict)
    holds: Sequence[Hold] = ()

    def days_for(self, camera_id: str) -> int:
        return min(self.days, self.days_of.get(camera_id, self.days))

    def oldest_us(self, camera_id: str, now_us: int) -> int:
        """Footage that ends before this is too old."""
        return now_us - self.days_for(camera_id) * DAY_US

    def is_held(self, camera_id: str, start_us: int, end_us: int) -> bool:
        return any(
            camera_id in hold.camera_ids and start_us < hold.until_us and end_us > hold.from_us for hold in self.holds
        )


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


def too_old(stored: Iterable[Stored], rules: Rules, now_us: int) -> list[Stored]:
    """Those whose days are over."""
    return [
        one
        for one in stored
        if one.end_us <= rules.oldest_us(one.camera_id, now_us)
        and not rules.is_held(one.camera_id, one.start_us, one.end_us)
    ]


def for_room(stored: Iterable[Stored], rules: Rules, now_us: int, excess_bytes: int) -> list[Stored]:
    """The oldest over all cameras, as many as make ``excess_bytes`` free."""
    going: list[Stored] = []
    for one in sorted(stored, key=lambda one: one.start_us):
        if excess_bytes <= 0:
            break
        if one.end_us > now_us - NEVER_US or rules.is_held(one.camera_id, one.start_us, one.end_us):
            continue
        going.append(one)
        excess_bytes -= one.bytes
    return going
