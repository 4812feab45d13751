"""A photo that somebody hands in: told apart by its first bytes, bounded before anything is decoded, turned upright."""

from __future__ import annotations

import struct

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.media.pictures import MOST_PIXELS, MOST_SCANS, NoPicture, declared_size, scans

MOST_BYTES = 4 * 1024 * 1024
LONGER_SIDE_PX = 2048
"""What is looked at: larger ones are made smaller, a person in them still has all that a describer uses (128 px)."""
LEAST_SIDE_PX = 24
_SHORTER = ((8, cv2.IMREAD_REDUCED_COLOR_8), (4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2))
_LAID_AT_ONCE_PX = 1 << 17
"""Of 40 million pixels with transparency at once it would take gigabytes."""
_BEHIND = 128
"""Grey stands behind what is transparent: neither black nor white is taken for clothes."""

Pixels = NDArray[np.uint8]


class PhotoError(ValueError):
    """A photo that cannot be looked at: a code for programs, and why for people, Chinese first."""

    def __init__(self, code: str, message: str, message_en: str) -> None:
        super().__init__(message_en)
        self.code, self.message, self.message_en = code, message, message_en


def read_photo(data: bytes) -> Pixels:
    """The photo as uint8 BGR, upright, at most LONGER_SIDE_PX. Raises PhotoError."""
    if len(data) > MOST_BYTES:
        most = MOST_BYTES >> 20
        raise PhotoError("photo_too_large", f"照片超过 {most} MB", f"the photo is over {most} MB")
    try:
        width, height = _webp_size(data) if _is_webp(data) else declared_size(data)
    except NoPicture:
        raise PhotoError(
            "not_a_photo",
            "这不是能读的照片：请用 JPEG、PNG 或 WebP",
            "this is no photo that can be read: take a JPEG, PNG or WebP",
        ) from None
    if width * height > MOST_PIXELS:
        raise PhotoError(
            "photo_too_large",
            f"照片有 {width} x {height} 像素，最多 {MOST_PIXELS // 1_000_000} 百万像素",
            f"the photo has {width} x {height} pixels, {MOST_PIXELS // 1_000_000} million are the most",
        )
    if min(width, height) < LEAST_SIDE_PX:
        raise PhotoError(
            "photo_too_small",
            f"照片只有 {width} x {height} 像素，看不清人：每边至少 {LEAST_SIDE_PX} 像素",
            f"the photo has {width} x {height} pixels, too few to see a person: at least {LEAST_SIDE_PX} a side",
        )
    if scans(data) > MOST_SCANS:
        raise PhotoError("photo_too_large", "照片的编码过于繁复", f"the photo is coded in more than {MOST_SCANS} scans")
    return _scaled(_decoded(data, max(width, height)))


def _decoded(data: bytes, longer_px: int) -> Pixels:
    """Turned as its camera was held; what is transparent lies on grey; CMYK as the screen shows it."""
    coded = np.frombuffer(data, np.uint8)
    way = next((way for by, way in _SHORTER if longer_px >= by * LONGER_SIDE_PX), cv2.IMREAD_COLOR)
    try:
        if not data.startswith(b"\xff\xd8"):  # a JPEG has no transparency
            whole = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED)
            if whole is not None and whole.ndim == 3 and whole.shape[2] == 4:
                return _on_grey(whole)
        decoded = cv2.imdecode(coded, way)
    except (cv2.error, MemoryError):
        decoded = None
    if decoded is None:
        raise PhotoError(
            "photo_damaged", "照片已损坏，解不开：请重新导出或另选一张", "the photo is damaged and cannot be decoded"
        )
    return np.asarray(decoded, np.uint8)


def _on_grey(whole: NDArray[np.generic]) -> Pixels:
    depth = 257 if whole.dtype == np.uint16 else 1
    laid = np.empty((*whole.shape[:2], 3), np.uint8)
    rows = max(1, _LAID_AT_ONCE_PX // whole.shape[1])
    for first in range(0, len(whole), rows):
        band = whole[first : first + rows]
        opaque = band[..., 3:].astype(np.float32) / (255 * depth)
        laid[first : first + rows] = np.round(
            band[..., :3].astype(np.float32) / depth * opaque + _BEHIND * (1 - opaque)
        )
    return laid


def _scaled(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = LONGER_SIDE_PX / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height of the canvas (RFC 9649, sections 2.5 to 2.7). Raises NoPicture."""
    kind, head = data[12:16], data[20:30]
    if len(head) == 10:
        if kind == b"VP8X":
            return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
        if kind == b"VP8L" and head[0] == 0x2F:
            bits = int.from_bytes(head[1:5], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
            width, height = struct.unpack_from("<HH", head, 6)
            return width & 0x3FFF, height & 0x3FFF
    raise NoPicture("it is no WebP picture")
