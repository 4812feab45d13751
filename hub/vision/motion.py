"""Motion: which parts of a fixed camera's picture change, found on a small grey picture at next to no cost.

What differs from the background (``background.py``) moves, once the light and the camera's own shaking are taken out
(``steadying.py``), and only where it has an edge: a shadow of a cloud, a lamp and the bands of a flickering one are
smooth. What moves at one place most of the time (a clock in the picture, a screen, a flag) is left out where it stands
alone, and a small spot that nothing was near in the picture before is a drop of rain (``spots.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.background import LEAST_CHANGE, Background, Mask, Plane
from hub.vision.boxes import Boxes
from hub.vision.spots import SpotFinder, Spots
from hub.vision.steadying import LEAST_SHIFT_PX, Shift, edges_of, jump_of, light_of, nudge_of

SMALL_HEIGHT_PX = 120
SETTLED_AFTER_S = 1.5
_EVERYTHING = 0.7
"""When more than this share of the picture is not background, the scene is another: the background starts anew."""
_OTHERWISE = 0.15
_OTHERWISE_S = 0.5
"""The same when this share moves, and yet stays as it is for so long: a crowd does not."""
_MUCH = 0.03
"""When more than this share changes, the camera may have moved."""
_SUDDEN = 0.03
"""When so much more of the picture differs than in the one before, the camera may have jumped."""
_BETTER = 0.7
"""A shift is believed when it leaves so much of the change."""
_SHAKING_S = 2.0
_FIRM_S = 0.5
"""A camera that does not shake is asked so much later again: what differs is a crowd."""
_SHAKEN = 0.35
"""Pixels by which a shaking camera's picture is off after it is put back."""
_ELSEWHERE_PX = 1.5
_ELSEWHERE_S = 0.6
"""A camera that stays off its place for so long has another."""
_SAME_PLACE_PX = 0.5


@dataclass(frozen=True)
class Motion:
    """What moves in one picture: a mask (255 = moves) and the small grey picture it is of, their scale, the share."""

    mask: NDArray[np.uint8]
    grey: NDArray[np.uint8]
    small_per_px: tuple[float, float]
    share: float
    settled: bool

    @property
    def anything(self) -> bool:
        return self.share > 0.0

    def share_in(self, boxes: Boxes) -> NDArray[np.float64]:
        """The moving share of each box (N rows in pixels of the full picture)."""
        height, width = self.mask.shape
        scale_x, scale_y = self.small_per_px
        shares = np.zeros(len(boxes))
        for index, (left, top, box_width, box_height) in enumerate(boxes):
            x, y = int(max(left * scale_x, 0)), int(max(top * scale_y, 0))
            right = min(max(math.ceil((left + box_width) * scale_x), x + 1), width)
            bottom = min(max(math.ceil((top + box_height) * scale_y), y + 1), height)
            inside = self.mask[y:bottom, x:right]
            shares[index] = cv2.countNonZero(inside) / inside.size if inside.size else 0.0
        return shares


class MotionDetector:
    """Follows one camera's background."""

    def __init__(self) -> None:
        self._shape = (0, 0)
        self._at_s = 0.0

    def observe(self, grey: NDArray[np.uint8], at_s: float) -> Motion:
        """Take in a grey picture (height x width) at media time ``at_s``; pictures may come at any pace."""
        shrunk = made_small(grey)
        scale = (shrunk.shape[1] / grey.shape[1], shrunk.shape[0] / grey.shape[0])
        small = shrunk.astype(np.float32)
        if self._shape != shrunk.shape:
            self._shape = shrunk.shape
            self._finder = SpotFinder(shrunk.shape)
            self._shrunk_before = shrunk
            self._begin(small, at_s)
            return Motion(np.zeros(shrunk.shape, np.uint8), shrunk, scale, 0.0, settled=False)
        elapsed_s = max(at_s - self._at_s, 1e-3)
        self._at_s = at_s
        small, changed = self._steadied(small, elapsed_s)
        margin_px = math.ceil(self._shift.px)
        seen = shrunk if margin_px == 0 else np.asarray(cv2.convertScaleAbs(small), np.uint8)
        spots = self._finder.find(seen, self._background.level, changed, margin_px, elapsed_s)
        self._note_otherwise(shrunk, spots, elapsed_s)
        share = cv2.countNonZero(changed) / changed.size
        if share > _EVERYTHING or self._off_place_s >= _ELSEWHERE_S or self._otherwise_s >= _OTHERWISE_S:
            self._begin(small, at_s)
            return Motion(spots.moving, shrunk, scale, share, settled=False)
        self._background.learn(small, spots.light, elapsed_s)
        settled = at_s - self._since_s >= SETTLED_AFTER_S
        mask = self._shift.done(spots.moving) if self._shift.px >= 1 else spots.moving
        return Motion(mask, shrunk, scale, cv2.countNonZero(mask) / mask.size, settled)

    def _begin(self, small: Plane, at_s: float) -> None:
        self._background = Background(small)
        self._shift, self._off_place_s, self._shaking_s = Shift(0.0, 0.0), 0.0, 0.0
        self._firm_s = 0.0
        self._before = 0
        self._otherwise_s = 0.0
        self._since_s = self._at_s = at_s

    def _steadied(self, small: Plane, elapsed_s: float) -> tuple[Plane, Mask]:
        """The picture put back in its place, and where it differs from the background in the light of now."""
        background = self._background
        light = light_of(small, background.level)
        if light is not None:
            background.brighten(light.gain, light.offset)
        shaken = edges_of(background.level) * np.float32(_SHAKEN) if self._shaking_s > 0 else None
        self._shaking_s -= elapsed_s
        changed = background.changed(small, shaken)
        before = cv2.countNonZero(changed)
        shift = Shift(0.0, 0.0)
        suddenly = before > self._before + _SUDDEN * changed.size or self._shift.px > _ELSEWHERE_PX
        self._before = before
        self._firm_s -= elapsed_s
        shakes = before > _MUCH * changed.size and (suddenly or self._firm_s <= 0)
        for shift_of, worth in ((nudge_of, shakes), (jump_of, suddenly)):
            shift = shift_of(small, background.level) if worth else Shift(0.0, 0.0)
            if shift.px < LEAST_SHIFT_PX:
                continue
            moved = shift.undone(small)
            changed = background.changed(moved, edges_of(background.level) * np.float32(_SHAKEN))
            if cv2.countNonZero(changed) < _BETTER * before:
                small, self._shaking_s = moved, _SHAKING_S
                break
            shift = Shift(0.0, 0.0)
            changed = background.changed(small, shaken)
        if shakes and shift.px == 0 and self._shaking_s <= 0:
            self._firm_s = _FIRM_S
        self._note_shift(shift, elapsed_s)
        return small, changed

    def _note_shift(self, shift: Shift, elapsed_s: float) -> None:
        """For how long the camera has been at one other place."""
        apart = math.hypot(shift.right - self._shift.right, shift.down - self._shift.down)
        stays = shift.px >= _ELSEWHERE_PX and apart <= _SAME_PLACE_PX
        self._off_place_s = self._off_place_s + elapsed_s if stays else 0.0
        self._shift = shift

    def _note_otherwise(self, shrunk: Mask, spots: Spots, elapsed_s: float) -> None:
        """For how long much of the picture has been another without moving."""
        moving, still = cv2.countNonZero(spots.every), 0
        flickers = spots.every
        if moving:
            off = cv2.absdiff(shrunk, self._shrunk_before)
            _, restless = cv2.threshold(off, LEAST_CHANGE, 255, cv2.THRESH_BINARY)
            flickers = np.asarray(cv2.bitwise_and(spots.every, restless), np.uint8)
            still = moving - cv2.countNonZero(flickers)
        self._finder.learn(spots, flickers, elapsed_s)
        self._otherwise_s = self._otherwise_s + elapsed_s if still > _OTHERWISE * spots.every.size else 0.0
        self._shrunk_before = shrunk


def made_small(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey picture made 120 rows high (one that is lower stays), in halves: five times as fast as by area at once."""
    height, width = grey.shape
    small_height = min(SMALL_HEIGHT_PX, height)
    size = (max(1, round(width * small_height / height)), small_height)
    halved: cv2.typing.MatLike = grey
    while halved.shape[0] >= 2 * small_height and halved.shape[1] >= 2 * size[0]:
        rows, columns = halved.shape[0] // 2, halved.shape[1] // 2
        halved = cv2.resize(halved[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
    resized = cv2.resize(halved, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.GaussianBlur(resized, (3, 3), 0), np.uint8)
