"""Where people are in a picture at any time, from the boxes at which the tracker saw them: wider than it knows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple

import msgspec

BEFORE_AND_AFTER_S = 1.0
"""A person is there before the first look that made a track, and after the last."""
UNSURE_S = 0.3
"""How far the times of the two streams, or of a look and its picture, may lie apart; with it a box covers the way that
the person went meanwhile."""
MARGIN = 0.15
"""Of the box's height, on every side: arms and bags, and the tracker's own error."""


class Box(NamedTuple):
    """Left, top, right and bottom in pixels; what is beyond right and bottom is outside."""

    left: float
    top: float
    right: float
    bottom: float

    def joined(self, other: Box) -> Box:
        """The smallest that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def enlarged(self, by: float) -> Box:
        """With so many pixels more on every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def overlaps(self, other: Box) -> bool:
        """Whether they have pixels in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    @property
    def height(self) -> float:
        return self.bottom - self.top


class TrackPoint(msgspec.Struct, frozen=True, array_like=True):
    """Where somebody was; the box in shares of the picture's width and height, so that it holds in every stream."""

    at_us: int
    left: float
    top: float
    right: float
    bottom: float


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One person's way through the picture; the points in the order of time."""

    sighting_id: str
    points: Annotated[tuple[TrackPoint, ...], msgspec.Meta(min_length=1)]


class Course:
    """A track in the pixels of one picture size, asked for one time after the other."""

    def __init__(self, track: Track, width_px: int, height_px: int) -> None:
        self._times = [point.at_us for point in track.points]
        self._boxes = [
            Box(one.left * width_px, one.top * height_px, one.right * width_px, one.bottom * height_px)
            for one in track.points
        ]

    def seen_at(self, at_us: int) -> Box | None:
        """The box that the tracker saw, between two looks the one between; None before the first and after the last."""
        if not self._times[0] <= at_us <= self._times[-1]:
            return None
        return self._between(at_us)

    def may_be_at(self, at_us: int) -> Box | None:
        """All of where the person may be; None where they are surely not in the picture as far as the tracker knows."""
        early_us, late_us = self._times[0] - at_us, at_us - self._times[-1]
        if max(early_us, late_us) > BEFORE_AND_AFTER_S * 1e6:
            return None
        found = self._between(at_us)
        unsure_us = max(round(UNSURE_S * 1e6), self._spacing_us(at_us) // 2)
        for other_us in (at_us - unsure_us, at_us + unsure_us):
            found = found.joined(self._between(other_us))
        if early_us > 0:
            found = found.joined(self._gone_on(0, 1, early_us))
        elif late_us > 0:
            found = found.joined(self._gone_on(-1, -2, late_us))
        return found.enlarged(found.height * MARGIN)

    def _spacing_us(self, at_us: int) -> int:
        """Between the two looks about this time: the path of a long stay is kept coarsely."""
        after = bisect_right(self._times, at_us)
        if not 0 < after < len(self._times):
            return 0
        return self._times[after] - self._times[after - 1]

    def _between(self, at_us: int) -> Box:
        """Interpolated; the first box before the first, the last after the last."""
        after = bisect_right(self._times, at_us)
        if after == 0:
            return self._boxes[0]
        if after == len(self._times):
            return self._boxes[-1]
        began_us, ended_us = self._times[after - 1], self._times[after]
        share = (at_us - began_us) / (ended_us - began_us)
        one, other = self._boxes[after - 1], self._boxes[after]
        return Box(*(a + (b - a) * share for a, b in zip(one, other, strict=True)))

    def _gone_on(self, end: int, inner: int, by_us: int) -> Box:
        """The box at one end of the track moved on as fast as it moved there."""
        if len(self._times) < 2:
            return self._boxes[end]
        edge, before = self._boxes[end], self._boxes[inner]
        share = by_us / max(1, abs(self._times[end] - self._times[inner]))
        right = ((edge.left + edge.right) - (before.left + before.right)) / 2 * share
        down = ((edge.top + edge.bottom) - (before.top + before.bottom)) / 2 * share
        return Box(edge.left + right, edge.top + down, edge.right + right, edge.bottom + down)


def courses(tracks: Iterable[Track], width_px: int, height_px: int) -> Sequence[Course]:
    """Each in the pixels of a picture of this size."""
    return [Course(track, width_px, height_px) for track in tracks]
