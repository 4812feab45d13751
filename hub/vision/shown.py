"""What a worker shows of its looks while somebody asks: packed small, and neither made nor sent otherwise."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.protocol.clock import Clock
from devices.protocol.messages import Stamp
from devices.protocol.shown_looks import MOST_BOXES, MOST_COLUMNS, MOST_ROWS, SHOW_LOOKS_FOR_S, ShownBox, ShownLook
from hub.vision.motion import Motion
from hub.vision.pipeline import LookShown, ShownTrack

MOST_PER_S = 5.0
_EARLY = 0.9
"""A picture may come so much earlier than its turn: cameras do not keep time to the millisecond."""

ShowSoon = Callable[[Callable[[Stamp], ShownLook]], None]
"""Has a look sent under a stamp of that moment; called from any thread."""


class LookShower:
    """One worker's. ``ask`` is called on the event loop; ``show`` by cameras' threads and the looking thread."""

    def __init__(self, clock: Clock, show_soon: ShowSoon) -> None:
        self._clock = clock
        self._show_soon = show_soon
        self._until_us = 0
        self._shown_us: dict[str, int] = {}  # by the cameras that are asked for: the picture that was shown last

    def ask(self, camera_ids: Iterable[str]) -> None:
        """Show these cameras' looks and no others, for SHOW_LOOKS_FOR_S from now."""
        self._until_us = self._clock.monotonic_us() + round(SHOW_LOOKS_FOR_S * 1e6)
        self._shown_us = {camera_id: self._shown_us.get(camera_id, 0) for camera_id in camera_ids}

    def show(self, camera_id: str, at_us: int, motion: Motion, last: LookShown | None) -> None:
        """Show a picture that was due, where one asks: ``last`` is the look at it, or the last before it."""
        shown_us = self._shown_us
        before_us = shown_us.get(camera_id)
        if before_us is None or self._clock.monotonic_us() > self._until_us:
            return
        if 0 <= at_us - before_us < _EARLY * 1e6 / MOST_PER_S:
            return
        shown_us[camera_id] = max(before_us, at_us)
        self._show_soon(lambda stamp: shown_look(stamp, camera_id, at_us, motion, last))


def shown_look(stamp: Stamp, camera_id: str, at_us: int, motion: Motion, last: LookShown | None) -> ShownLook:
    """What became of a picture. Whoever is followed is shown with it where it was not looked at, but not as seen."""
    looked = last is not None and last.wall_us == at_us
    rows, columns = motion.mask.shape
    scale_x, scale_y = motion.small_per_px
    cells = cells_of(motion.mask)
    return ShownLook(
        stamp=stamp,
        camera_id=camera_id,
        at_us=at_us,
        frame_width_px=round(columns / scale_x),
        frame_height_px=round(rows / scale_y),
        settled=motion.settled,
        motion_width_px=cells.shape[1],
        motion_height_px=cells.shape[0],
        motion=zlib.compress(np.packbits(cells, axis=None).tobytes()),
        looked=looked,
        regions=tuple(_box(region) for region in last.regions[:MOST_BOXES]) if looked and last else (),
        detections=_detections(last) if looked and last else (),
        tracks=tuple(_track(track, looked) for track in last.tracks[:MOST_BOXES]) if last else (),
    )


def cells_of(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """A mask (255 = moves) as at most MOST_COLUMNS x MOST_ROWS cells, each of which moves where anything in it does."""
    rows, columns = mask.shape
    scale = min(1.0, MOST_COLUMNS / columns, MOST_ROWS / rows)
    if scale == 1.0:
        return mask > 0
    size = (max(1, int(columns * scale)), max(1, int(rows * scale)))
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA)) > 0


def _box(box: Iterable[float], *, score: float = 0.0, number: int = 0, seen_now: bool = True) -> ShownBox:
    left, top, width, height = (round(float(side), 1) for side in box)
    return ShownBox(left, top, width, height, score, number, seen_now)


def _track(track: ShownTrack, looked: bool) -> ShownBox:
    return _box(track.box, number=track.number, seen_now=looked and track.seen_now)


def _detections(look: LookShown) -> tuple[ShownBox, ...]:
    found = zip(look.detections.boxes[:MOST_BOXES], look.detections.scores[:MOST_BOXES], strict=True)
    return tuple(_box(box, score=round(float(score), 3)) for box, score in found)
