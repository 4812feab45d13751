"""The descriptor: 64 whole numbers of one byte for a person, compared by the cosine between them.

The built-in one projects colour stripes; network_descriptor.py has those of any network.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hub.vision.description.naming import STRIPES_NAME, stripes_name
from hub.vision.description.view import View

BYTES = 64
PROJECTION_FILE = Path(__file__).parent / "projection.npz"
"""Learned from drawn people only (learning/learn_projection.py)."""


class Descriptor(Protocol):
    """Makes a person's descriptor; serves one thread at a time."""

    @property
    def name(self) -> str:
        """The describer's name in every row: another wherever equal pictures would give other bytes."""
        ...

    @property
    def takes_stripes(self) -> bool:
        """Whether ``of`` heeds the stripes."""
        ...

    def of(self, views: Sequence[View], stripes: Sequence[NDArray[np.float32]], weights: NDArray[np.float64]) -> bytes:
        """BYTES signed bytes from a person's views, the colour stripes of each, and what each view counts."""
        ...


class Projection:
    """From colour stripes to 64 numbers whose cosine says how alike two people are dressed."""

    def __init__(self, path: Path = PROJECTION_FILE) -> None:
        with path.open("rb") as file, np.load(file) as stored:
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


class StripesDescriptor:
    """The built-in one; with a projection learned on site its name says which."""

    takes_stripes = True

    def __init__(self, projection_file: Path | None = None) -> None:
        """Raises OSError, KeyError or ValueError for a file that is no projection of colour stripes."""
        self._projection = Projection(projection_file or PROJECTION_FILE)
        self.name = STRIPES_NAME if projection_file is None else stripes_name(projection_file)

    def of(self, _views: Sequence[View], stripes: Sequence[NDArray[np.float32]], weights: NDArray[np.float64]) -> bytes:
        return to_bytes(self._projection.of(np.asarray(weights @ np.stack(stripes), np.float32)))
