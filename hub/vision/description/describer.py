"""The describer: from a few pictures of one person to clothing colours and a descriptor to compare by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.vision.description.clothing import Garment, garment_colours
from hub.vision.description.descriptor import Projection, to_bytes
from hub.vision.description.light import corrected, lab
from hub.vision.description.person_mask import PersonMask
from hub.vision.description.stripes import colour_stripes, pixel_weights
from hub.vision.description.view import View, person_at_fixed_size

NAME = "stripes-1"
"""Changes whenever equal pictures would give other bytes: descriptors compare only under one name."""

_CUT_WEIGHT = 0.25
"""A view that the frame's edge cuts counts a quarter beside whole ones."""


@dataclass(frozen=True)
class Appearance:
    """What a person looks like. Weights are in the order of COLOURS, each 0..1, adding up to at most 1."""

    upper: tuple[float, ...]
    lower: tuple[float, ...]
    descriptor: bytes
    describer: str


class Describer:
    """Describes people; about 6 ms a view on one core. One instance serves one thread at a time."""

    def __init__(self, models_dir: Path | None = None, threads: int = 1) -> None:
        """``models_dir`` holds selfie.onnx. Raises FileNotFoundError when it does not."""
        self._mask = PersonMask(models_dir, threads)
        self._projection = Projection()

    def describe(self, views: Sequence[View]) -> Appearance:
        """One person from one or several views. Raises ValueError without any, ViewError for one without a picture."""
        if not views:
            raise ValueError("a person cannot be described without a view")
        upper, lower, stripes = zip(*(self._measure(view) for view in views), strict=True)
        weights = np.array([(_CUT_WEIGHT if view.cut else 1.0) * max(view.score, 0.05) for view in views])
        weights /= weights.sum()
        unsure_when_cut = 0.5 if all(view.cut for view in views) else 1.0
        return Appearance(
            upper=_fractions(_mean(upper, weights)),
            lower=_fractions(_mean(lower, weights) * unsure_when_cut),
            descriptor=to_bytes(self._projection.of(_mean(stripes, weights))),
            describer=NAME,
        )

    def _measure(self, view: View) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        person = person_at_fixed_size(view)
        mask = self._mask.of(person)
        lit = corrected(person)
        return (
            garment_colours(lit, mask, Garment.UPPER),
            garment_colours(lit, mask, Garment.LOWER),
            colour_stripes(lab(lit), pixel_weights(mask)),
        )


def _mean(rows: Sequence[NDArray[np.float32]], weights: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(weights @ np.stack(rows), np.float32)


def _fractions(weights: NDArray[np.float32]) -> tuple[float, ...]:
    """Plain numbers that add up to no more than 1 after rounding to thousandths."""
    return tuple(int(weight * 1000) / 1000 for weight in np.clip(weights, 0.0, 1.0).tolist())
