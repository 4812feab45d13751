"""What is never looked at: masked parts of a picture are plain grey before anything else sees it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Polygon
from hub.footage.sources.frame import Frame, Pixels

GREY = 110


class Masks:
    """One camera's, for pictures of any size."""

    def __init__(self, polygons: tuple[Polygon, ...]) -> None:
        self._polygons = polygons
        self._drawn: dict[tuple[int, int], NDArray[np.uint8]] = {}

    def hide(self, frame: Frame) -> Frame:
        """The frame, of which nobody will see more than he may."""
        if not self._polygons:
            return frame
        return Frame(frame.media_us, frame.wall_us, _MaskedPixels(frame.pixels, self))

    def blanked(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture (grey or with colours) with the masked parts grey; the one that is given stays as it is."""
        if not self._polygons:
            return picture
        found = picture.copy()
        found[self._drawn_for(picture.shape[0], picture.shape[1]) > 0] = GREY
        return found

    def _drawn_for(self, height: int, width: int) -> NDArray[np.uint8]:
        drawn = self._drawn.get((height, width))
        if drawn is None:
            drawn = np.zeros((height, width), np.uint8)
            for polygon in self._polygons:
                corners = np.round(np.array(polygon) * (width, height)).astype(np.int32)
                cv2.fillPoly(drawn, [corners], 255)
            self._drawn = {(height, width): drawn}  # a stream has one size for long
        return drawn


@dataclass(frozen=True)
class _MaskedPixels:
    pixels: Pixels
    masks: Masks

    def grey(self) -> NDArray[np.uint8]:
        return self.masks.blanked(self.pixels.grey())

    def bgr(self) -> NDArray[np.uint8]:
        return self.masks.blanked(self.pixels.bgr())
