"""A picture as it is kept: small, upright, of pixels alone. Blocking: call it in a thread."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

LONGER_SIDE_PX = 640
MOST_BYTES = 200 * 1024
MOST_PIXELS = 40_000_000
"""A phone's largest; decoded it takes 120 MB, and only one is decoded at a time."""
MOST_SCANS = 64
"""Of a progressive JPEG, each of which costs a decoding of the whole; cameras write about 10."""
_QUALITIES = (85, 70, 50, 30)
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
"""Start-of-frame markers (ITU-T T.81, table B.1)."""
_SCAN = b"\xff\xda"
"""The marker before each scan, which no coded pixel of a JPEG looks like (B.1.1.5)."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length."""
_SHORTER = ((8, cv2.IMREAD_REDUCED_COLOR_8), (4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2))
Pixels = NDArray[np.uint8]


class NoPicture(ValueError):
    """What was given is no JPEG or PNG that can be read."""


class PictureTooLarge(ValueError):
    """It says that it has more pixels than are decoded."""


class TooManyScans(ValueError):
    """It is a progressive JPEG of more scans than are decoded."""


@dataclass(frozen=True)
class Picture:
    """A JPEG file without anything beside its pixels."""

    jpeg: bytes = field(repr=False)
    width_px: int
    height_px: int


def keep_picture(data: bytes) -> Picture:
    """Decode a JPEG or PNG, turned as its camera was held, and write it anew: what stood beside it is gone.

    Raises PictureTooLarge and TooManyScans before anything is decoded, NoPicture.
    """
    width, height = declared_size(data)
    if width * height > MOST_PIXELS:
        raise PictureTooLarge(f"{width} x {height} pixels")
    if scans(data) > MOST_SCANS:
        raise TooManyScans(f"{scans(data)} scans")
    way = next((way for by, way in _SHORTER if max(width, height) >= by * LONGER_SIDE_PX), cv2.IMREAD_COLOR)
    try:
        decoded = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), way)
    except cv2.error as error:
        raise NoPicture(str(error)) from None
    if decoded is None:
        raise NoPicture("it cannot be decoded")
    return _written(_scaled(decoded.astype(np.uint8, copy=False)))


def _scaled(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = LONGER_SIDE_PX / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _written(pixels: Pixels) -> Picture:
    """At the best quality that is small enough; at the last 640 x 640 pixels of noise have 150 KB."""
    for quality in _QUALITIES:
        done, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if done and coded.size <= MOST_BYTES:
            return Picture(coded.tobytes(), pixels.shape[1], pixels.shape[0])
    raise NoPicture("it cannot be written small enough")


def scans(data: bytes) -> int:
    """How often the whole is decoded: once, but a progressive JPEG for each of its scans."""
    return data.count(_SCAN) if data.startswith(b"\xff\xd8") else 1


def declared_size(data: bytes) -> tuple[int, int]:
    """Width and height as the head of a JPEG or PNG says. Raises NoPicture."""
    if data.startswith(_PNG) and len(data) >= 24 and data[12:16] == b"IHDR":
        width, height = struct.unpack_from(">II", data, 16)
    elif data.startswith(b"\xff\xd8"):
        height, width = _jpeg_size(data)
    else:
        raise NoPicture("it is neither JPEG nor PNG")
    if not (width and height):
        raise NoPicture("it has no pixels")
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Height and width in the start of the frame (ITU-T T.81, B.2.2). Raises NoPicture."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return height, width
        at += 1 if marker == 0xFF else 2 if marker in _ALONE else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise NoPicture("it has no start of a frame")
