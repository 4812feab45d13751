"""A lesson: the colour stripes of one track's views, from which the descriptor learns on site. No picture is in it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.vision.description.stripe_numbers import SIZE

MEASURE = "stripes-2"
"""How the stripes were made; a lesson of another measure teaches nothing."""
MOST_VIEWS = 16


@dataclass(frozen=True, eq=False)
class Lesson:
    """One track, seen on a camera from ``started_at_us`` to ``ended_at_us``; ``views``: N x SIZE uint8 (``whole``)."""

    camera_id: str
    started_at_us: int
    ended_at_us: int
    views: NDArray[np.uint8]


Teach = Callable[[Lesson], None]


def whole(stripes: Sequence[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """Views' stripes (roots of shares, 0..1) as bytes: a 255th is far below what one view is sure of."""
    numbers: NDArray[np.uint8] = np.round(np.clip(np.stack(stripes), 0, 1) * 255).astype(np.uint8)
    return numbers


def packed(views: NDArray[np.uint8]) -> bytes:
    """Four in five numbers are 0: about 0.9 KB a view."""
    return zlib.compress(views.tobytes(), 1)


def unpacked(data: bytes) -> NDArray[np.uint8]:
    """Raises ValueError for what is no whole views, or more than MOST_VIEWS of them."""
    inflating = zlib.decompressobj()
    try:
        numbers = inflating.decompress(data, MOST_VIEWS * SIZE + 1)
    except zlib.error as error:
        raise ValueError(f"views that cannot be unpacked: {error}") from None
    if not inflating.eof or not numbers or len(numbers) % SIZE or len(numbers) > MOST_VIEWS * SIZE:
        raise ValueError(f"{len(numbers)} numbers are no 1 to {MOST_VIEWS} views of {SIZE}")
    return np.frombuffer(numbers, np.uint8).reshape(-1, SIZE)
