"""A lesson: the colour stripes of one track's views, from which the descriptor learns on site. No picture is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
