"""Colour stripes as they are kept with a sighting: whoever has them can describe it anew without its picture."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Stripes
from hub.vision.description.lesson import MEASURE
from hub.vision.description.stripe_numbers import SIZE

_STEPS = 63
"""Of a root of a share, 0..1: descriptors made of these differ from the worker's own by a cosine of .9997 at least, and
find nobody less on market1501-subset (docs/search.md). Finer steps cost bytes and bring nothing."""
_LEVEL = 6


def kept(mean: NDArray[np.float32]) -> Stripes:
    """The mean over a person's views (SIZE numbers, 0..1)."""
    steps = np.round(np.clip(mean, 0, 1) * _STEPS).astype(np.uint8)
    return Stripes(measure=MEASURE, numbers=zlib.compress(steps.tobytes(), _LEVEL))


def mean_of(stripes: Stripes) -> NDArray[np.float32]:
    """SIZE numbers, 0..1. Raises ValueError for those of another measure, or none."""
    if stripes.measure != MEASURE:
        raise ValueError(f"stripes of {stripes.measure}, not of {MEASURE}")
    inflating = zlib.decompressobj()
    try:
        numbers = inflating.decompress(stripes.numbers, SIZE + 1)
    except zlib.error as error:
        raise ValueError(f"stripes that cannot be unpacked: {error}") from None
    if len(numbers) != SIZE or not inflating.eof:
        raise ValueError(f"{len(numbers)} numbers are not {SIZE}")
    return np.asarray(np.frombuffer(numbers, np.uint8) / _STEPS, np.float32)
