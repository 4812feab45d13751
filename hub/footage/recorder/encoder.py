"""Pictures decoded and encoded anew as H.264: what may never be stored painted black, or of a coding nobody keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from numpy.typing import NDArray

from hub.footage.errors import Unreadable
from hub.footage.recorder.control import Polygon
from hub.footage.sources.packets import Unit

MAX_MASKED_IMPORTS = 1
"""Recordings with parts that are never stored which are taken over at once; the next begins when one is done."""
MAX_FOREIGN_STREAMS = 2
"""Streams that do not come as H.264 or H.265, webcams mostly."""
BLACK_LUMA, NO_CHROMA = 16, 128
"""Black in video range (ITU-R BT.709)."""
_USUAL_STEP_US = 40_000
_KEY_EVERY_US = 2_000_000
_ENCODING = {"preset": "ultrafast", "tune": "zerolatency", "crf": "23", "forced-idr": "1"}
_MICROSECONDS = Fraction(1, 1_000_000)
_BAD_IN_A_ROW = 50


class Encoder:
    """Takes a stream's packets in one thread. What a polygon touches is black in all that comes out."""

    def __init__(
        self, video: av.VideoStream, unstored: Sequence[Polygon], now_us: Callable[[], int] | None = None
    ) -> None:
        """``video`` is the opened stream: its decoder is used. ``now_us`` stamps pictures by when they come, where the
        stream's own stamps are made up, as those of JPEG over HTTP are."""
        self._now_us = now_us
        self._video = video
        self._unstored = unstored
        self._encoder: VideoCodecContext | None = None
        self._hidden: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None
        self._broken = False
        self._keyed_us: int | None = None
        self._pts_us = -1
        self._bad = 0

    def take(self, packet: av.Packet[av.VideoStream], broken: bool) -> Iterator[Unit]:
        """The pictures that a packet completes; an empty one brings the last. Raises Unreadable."""
        self._broken |= broken
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            frames = []
            self._count_bad()
        for frame in frames:
            if isinstance(frame, av.VideoFrame):
                self._bad = 0
                yield from self._encoded(frame)

    def _count_bad(self) -> None:
        self._broken = True
        self._bad += 1
        if self._bad > _BAD_IN_A_ROW:
            raise Unreadable("what the camera sends cannot be decoded", "摄像头发来的内容无法解码")

    def _encoded(self, frame: av.VideoFrame) -> Iterable[Unit]:
        stamp = frame.pts
        base = frame.time_base or self._video.time_base
        if self._now_us is not None:
            at_us = self._now_us()
        elif stamp is None or base is None:
            at_us = self._pts_us + _USUAL_STEP_US
        else:
            at_us = round(stamp * base * 1_000_000)
        width, height = max(2, frame.width & ~1), max(2, frame.height & ~1)
        encoder = self._encoder
        if encoder is None or (encoder.width, encoder.height) != (width, height) or at_us <= self._pts_us:
            encoder = self._encoder = self._new_encoder(width, height)
            self._hidden = _touched(self._unstored, width, height) if self._unstored else None
            self._keyed_us = None
        key = self._keyed_us is None or at_us - self._keyed_us >= _KEY_EVERY_US
        if key:
            self._keyed_us = at_us
        picture = self._painted(frame, width, height)
        picture.pict_type = PictureType.I if key else PictureType.NONE
        picture.pts, picture.time_base = at_us, _MICROSECONDS
        self._pts_us = at_us
        for packet in encoder.encode(picture):
            yield Unit(bytes(packet), packet.is_keyframe, packet.pts, packet.pts, self._broken)
            self._broken = False

    def _painted(self, frame: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
        if self._hidden is None:
            return frame.reformat(width, height, "yuv420p")
        planes = frame.to_ndarray(
            width=width, height=height, format="yuv420p"
        )  # a copy: the decoder looks back at its own
        luma_hidden, chroma_hidden = self._hidden
        planes[:height][luma_hidden] = BLACK_LUMA
        flat = planes.reshape(-1)
        for start in (width * height, width * height * 5 // 4):
            flat[start : start + width * height // 4].reshape(height // 2, width // 2)[chroma_hidden] = NO_CHROMA
        return av.VideoFrame.from_ndarray(planes, format="yuv420p")

    def _new_encoder(self, width: int, height: int) -> VideoCodecContext:
        encoder = av.CodecContext.create("libx264", "w")
        assert isinstance(encoder, VideoCodecContext)
        rate = self._video.average_rate or self._video.guessed_rate or Fraction(25)
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
        encoder.time_base, encoder.framerate = _MICROSECONDS, rate
        encoder.thread_count = 1
        encoder.gop_size = 600  # key pictures are asked for by time
        encoder.options = _ENCODING
        return encoder


def _touched(polygons: Sequence[Polygon], width: int, height: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The pixels of brightness and of colour that a polygon touches, each as rows of a picture."""
    drawn = np.zeros((height, width), np.uint8)
    for polygon in polygons:
        corners = np.array([[round(x * width * 16), round(y * height * 16)] for x, y in polygon], np.int32)
        cv2.fillPoly(drawn, [corners], 1, shift=4)
    wider = np.asarray(cv2.dilate(drawn, np.ones((3, 3), np.uint8)))
    chroma = wider.reshape(height // 2, 2, width // 2, 2).max(axis=(1, 3)).astype(bool)
    return chroma.repeat(2, 0).repeat(2, 1), chroma
