"""One decoded frame, turned into pixels only where somebody looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import av
import cv2
import numpy as np
from numpy.typing import NDArray

_LUMA_FIRST = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "gray"})


class Pixels(Protocol):
    """The picture of a frame, in the forms that are asked for."""

    def grey(self) -> NDArray[np.uint8]:
        """Height x width, brightness."""
        ...

    def bgr(self) -> NDArray[np.uint8]:
        """Height x width x 3, blue, green, red."""
        ...


@dataclass(frozen=True)
class Frame:
    """A frame with its times: ``media_us`` after the stream's first frame, ``wall_us`` UTC since 1970."""

    media_us: int
    wall_us: int
    pixels: Pixels


class CodedPixels:
    """Pixels still in the decoder's own layout."""

    def __init__(self, frame: av.VideoFrame) -> None:
        self._frame = frame

    def grey(self) -> NDArray[np.uint8]:
        if self._frame.format.name not in _LUMA_FIRST:
            return np.asarray(self._frame.to_ndarray(format="gray"))
        plane = self._frame.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        return rows[: self._frame.height, : self._frame.width]

    def bgr(self) -> NDArray[np.uint8]:
        return np.asarray(self._frame.to_ndarray(format="bgr24"))


class PlainPixels:
    """Pixels that already are blue, green, red."""

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        self._picture = picture

    def grey(self) -> NDArray[np.uint8]:
        return np.asarray(cv2.cvtColor(self._picture, cv2.COLOR_BGR2GRAY))

    def bgr(self) -> NDArray[np.uint8]:
        return self._picture
