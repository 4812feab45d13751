"""The descriptor: colour stripes projected to 64 whole numbers of one byte, compared by the cosine between them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BYTES = 64
PROJECTION_FILE = Path(__file__).parent / "projection.npz"
"""Learned from drawn people only (learning/learn_projection.py)."""


class Projection:
    """From colour stripes to 64 numbers whose cosine says how alike two people are dressed."""

    def __init__(self, path: Path = PROJECTION_FILE) -> None:
        with np.load(path) as stored:
            self._mean = stored["mean"].astype(np.float32)
            self._matrix = np.ascontiguousarray(stored["projection"].astype(np.float32))

    def of(self, stripes: NDArray[np.float32]) -> NDArray[np.float32]:
        """BYTES numbers of length 1; stripes are SIZE numbers, or the mean of several views' stripes."""
        short = (stripes - self._mean) @ self._matrix
        return np.asarray(short / (np.linalg.norm(short) + 1e-9), np.float32)


def to_bytes(short: NDArray[np.float32]) -> bytes:
    """One signed byte a number; the largest becomes 127, since the cosine does not ask for length."""
    scaled: NDArray[np.int8] = np.round(short * (127 / (np.abs(short).max() + 1e-9))).astype(np.int8)
    return scaled.tobytes()
