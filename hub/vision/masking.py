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
        for polygon in self._polygons:
            corners = np.round(np.array(polygon) * (picture.shape[1], picture.shape[0])).astype(np.int32)
            cv2.fillPoly(found, [corners], (GREY, GREY, GREY))
        return found


@dataclass(frozen=True)
class _MaskedPixels:
    pixels: Pixels
    masks: Masks

    def grey(self) -> NDArray[np.uint8]:
        return self.masks.blanked(self.pixels.grey())

    def bgr(self) -> NDArray[np.uint8]:
        return self.masks.blanked(self.pixels.bgr())
