"""What is learned from: tracks with the colour stripes of a few views each. No picture, no name, no sighting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.vision.description.lesson import Lesson
from hub.vision.description.stripe_numbers import SIZE

_ROWS_AT_ONCE = 2_000
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tracks:
    """T tracks with V views in all.

    ``views``: V x SIZE uint8 (lesson.whole); ``track_of``: V, whose each view is; ``camera`` and
    ``started_us``: of each track. Every track has a view.
    """

    views: NDArray[np.uint8]
    track_of: NDArray[np.intp]
    camera: NDArray[np.intp]
    started_us: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.camera)

    def part(self, chosen: NDArray[np.bool_]) -> Tracks:
        """Some of the tracks, with all of their views."""
        number = np.cumsum(chosen) - 1
        mine = chosen[self.track_of]
        return Tracks(
            self.views[mine],
            number[self.track_of[mine]],
            self.camera[chosen],
            self.started_us[chosen],
        )

    def projected(self, mean: NDArray[np.float32], matrix: NDArray[np.float32]) -> Numbers:
        """The views less ``mean`` (SIZE), times ``matrix`` (SIZE x K): V x K."""
        at = range(0, len(self.views), _ROWS_AT_ONCE)
        rows = (self.views[start : start + _ROWS_AT_ONCE].astype(np.float32) / 255 for start in at)
        return np.concatenate([(row - mean) @ matrix for row in rows]).astype(np.float64)

    def means(self, of_views: Numbers) -> Numbers:
        """The mean over each track's views: V x K becomes T x K."""
        sums = np.zeros((len(self), of_views.shape[1]))
        np.add.at(sums, self.track_of, of_views)
        return sums / np.bincount(self.track_of, minlength=len(self))[:, None]

    def mean_view(self) -> NDArray[np.float32]:
        """SIZE numbers."""
        return np.asarray(self.views.mean(axis=0, dtype=np.float64) / 255, np.float32)


def tracks_of(lessons: Sequence[Lesson]) -> Tracks:
    """Lessons without a view are left out."""
    seen = [lesson for lesson in lessons if len(lesson.views)]
    cameras = {camera: number for number, camera in enumerate(sorted({lesson.camera_id for lesson in seen}))}
    return Tracks(
        np.concatenate([lesson.views for lesson in seen]) if seen else np.zeros((0, SIZE), np.uint8),
        np.repeat(np.arange(len(seen)), [len(lesson.views) for lesson in seen]),
        np.array([cameras[lesson.camera_id] for lesson in seen], np.intp),
        np.array([lesson.started_at_us for lesson in seen], np.int64),
    )
