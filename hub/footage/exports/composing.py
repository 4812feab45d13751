"""What an exact clip shows: the camera's picture, people in it hidden, below a bar with camera and time.

The bar stands above the picture, so that it covers nothing of it.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import av
import numpy as np

from hub.footage.exports.blurring import Blurring, Planes
from hub.footage.exports.clip import Clip
from hub.footage.exports.lettering import BLACK, GREY, Lettering, bar_height_px
from hub.footage.exports.pacing import Gap

_PLAIN = frozenset({"yuv420p", "yuvj420p"})
"""Of 8 bits, brightness and two planes of colour: as cameras send them, and as they are coded again."""


class Composer:
    """All pictures of one clip in the size of the first; another size is made to fit, with black beside it."""

    def __init__(self, clip: Clip, first: av.VideoFrame) -> None:
        self.width_px = first.width // 2 * 2
        self._picture_px = first.height // 2 * 2
        self._bar_px = bar_height_px(self._picture_px)
        self.height_px = self._picture_px + self._bar_px
        self._clip = clip
        self._lettering = Lettering(clip.words, ZoneInfo(clip.zone), self.width_px, self.height_px)
        self._blurrings: dict[tuple[int, int], Blurring] = {}

    def blank(self) -> av.VideoFrame:
        """A frame to compose in, of any content."""
        return av.VideoFrame(self.width_px, self.height_px, "yuv420p")

    def compose(self, into: av.VideoFrame, frame: av.VideoFrame, at_us: int) -> None:
        """The camera's picture of that time."""
        whole = planes_of(into)
        whole.y[: self._bar_px] = self._lettering.bar(at_us)
        for colour in (whole.u, whole.v):
            colour[: self._bar_px // 2] = GREY
        width_px, height_px = self._fitted(frame)
        left, top = (self.width_px - width_px) // 4 * 2, self._bar_px + (self._picture_px - height_px) // 4 * 2
        if (width_px, height_px) != (frame.width, frame.height) or frame.format.name not in _PLAIN:
            frame = frame.reformat(width_px, height_px, "yuv420p")
        if (width_px, height_px) != (self.width_px, self._picture_px):
            whole.y[self._bar_px :] = BLACK
            for colour in (whole.u, whole.v):
                colour[self._bar_px // 2 :] = GREY
        part = Planes(
            *(
                plane[top // less : (top + height_px) // less, left // less : (left + width_px) // less]
                for plane, less in whole.all()
            )
        )
        for (target, _), (source, _) in zip(part.all(), planes_of(frame).all(), strict=True):
            np.copyto(target, source)
        self._blurring(width_px, height_px).hide(part, at_us)

    def card(self, into: av.VideoFrame, gap: Gap) -> None:
        """A black picture that names a time without footage."""
        whole = planes_of(into)
        whole.y[:] = self._lettering.card(gap)
        whole.u[:], whole.v[:] = GREY, GREY

    def _fitted(self, frame: av.VideoFrame) -> tuple[int, int]:
        """Width and height in which a picture fits; its own where it is of the first one's size."""
        scale = min(self.width_px / frame.width, self._picture_px / frame.height)
        if frame.width // 2 * 2 == self.width_px and frame.height // 2 * 2 == self._picture_px:
            return self.width_px, self._picture_px
        return max(2, round(frame.width * scale) // 2 * 2), max(2, round(frame.height * scale) // 2 * 2)

    def _blurring(self, width_px: int, height_px: int) -> Blurring:
        size = (width_px, height_px)
        if size not in self._blurrings:
            clip = self._clip
            self._blurrings[size] = Blurring(clip.blur, clip.others, clip.sought, clip.masked, clip.blind, size)
        return self._blurrings[size]


def planes_of(frame: av.VideoFrame) -> Planes:
    """The planes of a 4:2:0 frame, without a copy: what is written there is in the frame."""
    found = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        found.append(rows[: plane.height, : plane.width])
    return Planes(*found)
