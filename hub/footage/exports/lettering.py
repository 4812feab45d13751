"""What is written beside the pictures of a clip: a bar above each with camera and time, a card for a gap.

The letters are OpenCV's own, of ASCII alone, so that every machine writes the same; other names stand in the manifest.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.footage.exports.pacing import Gap

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_LINES = 36
"""The bar is so much lower than the picture."""
_LEAST_PX = 24
BLACK, WHITE, GREY = 16, 235, 128
"""Brightness of black and white, and colourless (ITU-R BT.709, 3.5)."""


def bar_height_px(height_px: int) -> int:
    """How high the bar above a picture is; even."""
    return max(_LEAST_PX, height_px // _LINES) // 2 * 2


class Lettering:
    """Writes for one clip."""

    def __init__(self, words: str, zone: ZoneInfo, width_px: int, height_px: int) -> None:
        """``words``: camera, case and export, before the time; the pictures are ``width_px`` by ``height_px``."""
        self._words = "".join(letter if " " <= letter <= "~" else "?" for letter in words)
        self._zone = zone
        self._size_px = (width_px, height_px)
        self._bar: NDArray[np.uint8] = np.full((bar_height_px(height_px), width_px), BLACK, np.uint8)
        self._written = ""

    def bar(self, at_us: int) -> NDArray[np.uint8]:
        """The brightness of the bar above the picture taken then, to a tenth of a second."""
        text = f"{self._words}  {self._time(at_us)}"
        if text != self._written:
            self._written = text
            self._bar[:] = BLACK
            height_px, width_px = self._bar.shape
            _write(self._bar, text, height_px * 0.5, width_px - height_px, (height_px // 2, height_px * 0.72))
        return self._bar

    def card(self, gap: Gap) -> NDArray[np.uint8]:
        """The brightness of a black picture that names a time without footage."""
        width_px, height_px = self._size_px
        picture: NDArray[np.uint8] = np.full((height_px, width_px), BLACK, np.uint8)
        lines = ("NO FOOTAGE", f"{self._time(gap.from_us)}", f"{self._time(gap.until_us)}")
        for number, line in enumerate(lines):
            at = (width_px // 10, height_px * (0.4 + 0.1 * number))
            _write(picture, line, height_px * 0.04, width_px * 0.8, at)
        return picture

    def _time(self, at_us: int) -> str:
        at = datetime.fromtimestamp(at_us // 100_000 / 10, self._zone)
        shift = f"{at:%z}"
        return f"{at:%Y-%m-%d %H:%M:%S}.{at_us // 100_000 % 10} {shift[:3]}:{shift[3:]}"


def _write(
    plane: NDArray[np.uint8], text: str, height_px: float, most_width_px: float, at_px: tuple[float, float]
) -> None:
    """Capitals ``height_px`` high, or lower where the text is too wide, from ``at_px`` (left, base line) on."""
    scale = height_px / cv2.getTextSize("M", _FONT, 1.0, 1)[0][1]
    width_px = cv2.getTextSize(text, _FONT, scale, 1)[0][0]
    scale *= min(1.0, most_width_px / max(1, width_px))
    thickness = max(1, round(scale * 1.5))
    at = (round(at_px[0]), round(at_px[1]))
    cv2.putText(plane, text, at, _FONT, scale, (WHITE,), thickness, cv2.LINE_AA)
