"""Where cameras look, how far it is on foot between them, and which of them would have seen who walked past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hub.streets.network import StreetNetwork

ON_THE_WAY_M = 4.0
"""A camera lies on the way when walking past where it looks is no longer by more than this: a street's half width."""

_WORD_BITS = 64

Metres = NDArray[np.float64]
CameraSets = NDArray[np.uint64]
"""Sets of cameras as bits, the last axis in words of 64."""
Blind = tuple[tuple[float, float], ...]
"""Times (from, until), seconds since 1970, in which a camera cannot be asked: off line, its picture bad, or masked."""


@dataclass(frozen=True)
class Post:
    """A camera: the middle of what it sees on the ground, metres east and north, how far around that it sees."""

    camera_id: str
    east_m: float
    north_m: float
    extent_m: float
    blind: Blind = ()

    @property
    def never_sees(self) -> bool:
        """It says nothing at any time."""
        return any(since == -np.inf and until == np.inf for since, until in self.blind)


def looking_at(
    camera_id: str, east_m: float, north_m: float, heading_deg: float | None, range_m: float, blind: Blind = ()
) -> Post:
    """A camera that stands there: it sees around a point half its range ahead; without a heading around itself."""
    ahead = 0.0 if heading_deg is None else range_m / 2
    angle = np.radians(heading_deg or 0.0)
    return Post(
        camera_id, east_m + ahead * float(np.sin(angle)), north_m + ahead * float(np.cos(angle)), range_m / 2, blind
    )


class CameraGround:
    """Cameras on the streets.

    Building it costs one walk along all streets for each camera, and what lies on the ways from a camera is worked out
    when first asked, O(cameras²) each: keep it as long as cameras and streets stay where they are.
    """

    def __init__(self, network: StreetNetwork, posts: Sequence[Post]) -> None:
        self.network = network
        self.posts = tuple(posts)
        self.number: Mapping[str, int] = {post.camera_id: number for number, post in enumerate(posts)}
        self.points: Metres = np.array([(post.east_m, post.north_m) for post in posts]).reshape(-1, 2)
        self.extent_m: Metres = np.array([post.extent_m for post in posts])
        self.walk_m: Metres = network.walks_m(self.points, self.points)
        """(cameras, cameras)."""
        self._touching = self.walk_m <= self.extent_m[:, None] + self.extent_m
        self._from: dict[int, CameraSets] = {}
        self._ways: dict[tuple[int, int], Metres] = {}

    def with_blind(self, blind: Mapping[str, Blind]) -> CameraGround:
        """The same cameras, of which those named cannot be asked then either; what was worked out is shared."""
        other = copy(self)
        other.posts = tuple(replace(post, blind=(*post.blind, *blind.get(post.camera_id, ()))) for post in self.posts)
        return other

    def within(self, since_s: float, until_s: float) -> CameraGround:
        """The same cameras with those of their blind times that fall between; what was worked out is shared."""
        other = copy(self)
        other.posts = tuple(
            replace(post, blind=tuple(span for span in post.blind if span[0] < until_s and span[1] > since_s))
            for post in self.posts
        )
        return other

    def passed(self, cameras: NDArray[np.intp]) -> CameraSets:
        """The cameras that the shortest way passes between each two of ``cameras`` (N,): (N, N, words), symmetric.

        Not one whose view touches that of an end: who stands there may be in one and not in the other.
        """
        return np.stack([self._ways_from(int(camera))[cameras] for camera in cameras])

    def passed_between(self, begin: int, end: int) -> list[int]:
        """The cameras that the shortest way passes."""
        return self.members(self._ways_from(begin)[end])

    def way(self, begin: int, end: int) -> Metres:
        """The corners of the shortest way from where one camera looks to where another does: (N, 2)."""
        known = self._ways.get((begin, end))
        if known is None:
            self._ways[begin, end] = known = self.network.way(self.points[begin], self.points[end])
        return known

    def as_set(self, chosen: NDArray[np.bool_]) -> CameraSets:
        """Sets of cameras, (..., cameras), as bits: (..., words)."""
        words = -(-len(self.posts) // _WORD_BITS)
        padded = np.zeros((*chosen.shape[:-1], words * _WORD_BITS), np.bool_)
        padded[..., : chosen.shape[-1]] = chosen
        return np.packbits(padded, axis=-1, bitorder="little").view(np.uint64)

    def members(self, cameras: CameraSets) -> list[int]:
        """The cameras in one set (words,)."""
        bits = np.unpackbits(cameras.view(np.uint8), bitorder="little")
        return [int(number) for number in np.flatnonzero(bits)]

    def _ways_from(self, begin: int) -> CameraSets:
        """What the ways from one camera pass to each: (cameras, words)."""
        known = self._from.get(begin)
        if known is None:
            passed = self.walk_m[begin] + self.walk_m <= self.walk_m[begin][:, None] + ON_THE_WAY_M
            known = self.as_set(passed & ~self._touching[begin] & ~self._touching)
            self._from[begin] = known
        return known

    def seeing(self, camera: int, at_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether a camera could see at those times."""
        sees = np.ones(np.shape(at_s), np.bool_)
        for since, until in self.posts[camera].blind:
            sees &= (at_s < since) | (at_s > until)
        return sees
