"""A projection as one that was learned on site."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hub.teaching.learning import Learned
from hub.vision.description.descriptor import BYTES
from hub.vision.description.stripe_numbers import SIZE


def learned_projection(path: Path) -> str:
    """Written there, as a choice: what it says of anybody is like nothing another describer says."""
    rng = np.random.default_rng(11)
    mean, directions = rng.random(SIZE), rng.normal(size=(SIZE, BYTES)) / SIZE**0.5
    Learned(mean.astype(np.float16), directions.astype(np.float16)).write(path)
    return str(path)
