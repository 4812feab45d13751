"""Where cameras look, how far it is on foot between them, and which of them would have seen who walked past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.streets.network import StreetNetwork

ON_THE_WAY_M = 4.0
"""A camera lies on the way when walking past where it looks is no longer by more than this: a street's half width."""

Metres = NDArray[np.float64]
Blind = tuple[tuple[float, float], ...]
"""Times (from, until), seconds since 1970, in which a camera cannot be asked: off line or masked."""


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
    """Cameras on the streets. Building it costs one walk along all streets for each camera, O(cameras · streets)."""

    def __init__(self, network: StreetNetwork, posts: Sequence[Post]) -> None:
        self.network = network
        self.posts = tuple(posts)
        self.number: Mapping[str, int] = {post.camera_id: number for number, post in enumerate(posts)}
        self.points: Metres = np.array([(post.east_m, post.north_m) for post in posts]).reshape(-1, 2)
        self.extent_m: Metres = np.array([post.extent_m for post in posts])
        self.walk_m: Metres = network.walks_m(self.points, self.points)
        """(cameras, cameras)."""

    def passed(self, camera: int, cameras: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Between which of ``cameras`` (N,) the shortest way passes ``camera``: (N, N), symmetric.

        Not where its view touches that of an end: who stands there may be in one and not in the other.
        """
        away = self.walk_m[camera, cameras]
        apart = away > self.extent_m[cameras] + self.extent_m[camera]
        between: NDArray[np.bool_] = away[:, None] + away <= self.walk_m[np.ix_(cameras, cameras)] + ON_THE_WAY_M
        between &= apart & apart[:, None]
        return between

    def seeing(self, camera: int, at_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether a camera could see at those times."""
        sees = np.ones(np.shape(at_s), np.bool_)
        for since, until in self.posts[camera].blind:
            sees &= (at_s < since) | (at_s > until)
        return sees
