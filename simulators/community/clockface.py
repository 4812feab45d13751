"""The clock drawn into every picture, and a strip of black and white blocks that tells programs the frame number."""

from __future__ import annotations

import cv2
import numpy as np

from simulators.community.arrays import Image
from simulators.community.parameters import FRAME_RATE_HZ, SCENE_STARTS_AT

BLOCK_PX = 8
NUMBER_BITS = 16
STRIP_LEFT_PX = 4
STRIP_BOTTOM_PX = 4
_BAND_PX = 16


def _blocks(frame: int) -> list[int]:
    """White, black, 16 bits of the number from the highest, an even-parity bit, white."""
    bits = [(frame >> shift) & 1 for shift in range(NUMBER_BITS - 1, -1, -1)]
    return [1, 0, *bits, sum(bits) % 2, 1]


def draw_clock(picture: Image, camera_id: str, frame: int) -> None:
    """Write camera, time of day and media time at the top left, and the number strip at the bottom left."""
    tenths = frame * 10 // FRAME_RATE_HZ
    hours, minutes, seconds = (int(part) for part in SCENE_STARTS_AT.split(":"))
    whole = hours * 3600 + minutes * 60 + seconds + tenths // 10
    clock = f"{whole // 3600 % 24:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{tenths % 10}"
    text = f"{camera_id} {clock} +{tenths // 10:03d}.{tenths % 10}s"
    picture[:_BAND_PX, : 8 * len(text) + 4] = 24
    cv2.putText(picture, text, (4, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (235, 235, 235), 1, cv2.LINE_AA)
    blocks = np.array(_blocks(frame), dtype=np.uint8) * 219 + 16
    strip = np.repeat(np.repeat(blocks[None, :], BLOCK_PX, axis=0), BLOCK_PX, axis=1)
    bottom = picture.shape[0] - STRIP_BOTTOM_PX
    picture[bottom - BLOCK_PX - 2 : bottom + 2, : STRIP_LEFT_PX + strip.shape[1] + 4] = 16
    picture[bottom - BLOCK_PX : bottom, STRIP_LEFT_PX : STRIP_LEFT_PX + strip.shape[1]] = strip[..., None]


def read_frame_number(picture: Image) -> int | None:
    """The frame number in the strip of a picture at its original size, or None when there is no sound strip."""
    middle = picture.shape[0] - STRIP_BOTTOM_PX - BLOCK_PX // 2
    count = NUMBER_BITS + 4
    if picture.shape[1] < STRIP_LEFT_PX + count * BLOCK_PX or middle < 2:
        return None
    rows = picture[middle - 2 : middle + 2].mean(axis=(0, 2))
    values = []
    for index in range(count):
        start = STRIP_LEFT_PX + index * BLOCK_PX + 2
        values.append(int(rows[start : start + BLOCK_PX - 4].mean() > 128))
    number = int("".join(str(bit) for bit in values[2 : 2 + NUMBER_BITS]), 2)
    return number if values == _blocks(number) else None
