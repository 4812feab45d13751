"""Learns the projection from colour stripes to a short descriptor, on drawn people alone.

Run ``python -m hub.vision.description.learning.learn_projection`` to write projection.npz and drawn_people.npz again (a
few minutes on one core). Body points are found on the drawings as on pictures, with the same mistakes. The directions
kept are those in which different people differ most, measured against how one person varies from view to view: linear
discriminant analysis, with the within-person scatter held up by its mean (``_RIDGE``) so that the few effects that are
drawn do not decide everything.

The two are learned from two crowds. How people differ: from a street's, mostly grey and pale, before all kinds of
cameras; were they as colourful as dyes can be, most of the 64 numbers would tell apart colours that hardly anybody
wears. How one person varies: from colourful ones, on whom light shows most, before cameras that code.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hub.vision.description.body_points import BodyPoints
from hub.vision.description.descriptor import BYTES, PROJECTION_FILE
from hub.vision.description.learning.drawing import Camera, draw
from hub.vision.description.learning.drawn_people import scatter_of
from hub.vision.description.learning.wardrobe import COLOURFUL, Palette, invent
from hub.vision.description.light import corrected, lab
from hub.vision.description.stripe_numbers import SIZE
from hub.vision.description.stripes import colour_stripes

_STREET, _STREET_SEED = 1200, 5
_COLOURFUL, _COLOURFUL_SEED = 1000, 2
_VIEWS = 4
_RIDGE = 10.0

Crowd = Callable[[Generator], tuple[Palette, Camera]]
"""What the next person wears, and the camera before which he stands each time."""


def street(rng: Generator) -> tuple[Palette, Camera]:
    """Mostly grey and pale clothes, before a camera of any kind."""
    palette = Palette(saturation=rng.uniform(0.4, 0.65), greys=rng.uniform(0.65, 1.0))
    camera = Camera(rng.uniform(0.3, 1.2), rng.uniform(0.4, 1.2), rng.uniform(1.0, 2.0), rng.random() < 0.5)
    return palette, camera


def colourful(_rng: Generator) -> tuple[Palette, Camera]:
    """Clothes on which light shows most, before a camera that codes."""
    return COLOURFUL, Camera(codes=True)


def drawn_stripes(crowd: Crowd, people: int, views: int, seed: int) -> NDArray[np.float32]:
    """Colour stripes of ``people`` x ``views`` drawn pictures, shaped people x views x SIZE."""
    rng = np.random.default_rng(seed)
    body_points = BodyPoints()
    stripes = np.empty((people, views, SIZE), np.float32)
    for person in range(people):
        palette, camera = crowd(rng)
        outfit = invent(rng, palette)
        for view in range(views):
            picture, mask = draw(outfit, rng, camera)
            stripes[person, view] = colour_stripes(lab(corrected(picture)), mask, body_points.of(picture))
    return stripes


def learn(
    different: NDArray[np.float32], same: NDArray[np.float32], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean (SIZE) and the projection (SIZE x ``size``, strongest direction first).

    Of people x views x SIZE stripes: ``different`` tells how people differ, ``same`` how one person varies.
    """
    flat = different.reshape(-1, different.shape[-1]).astype(np.float64)
    mean = flat.mean(axis=0)
    own = (same - same.mean(axis=1, keepdims=True)).reshape(-1, same.shape[-1]).astype(np.float64)
    within = own.T @ own / len(own)
    total = (flat - mean).T @ (flat - mean) / len(flat)
    within += _RIDGE * np.trace(within) / len(within) * np.eye(len(within))
    values, vectors = np.linalg.eigh(within)
    whitening = vectors / np.sqrt(values) @ vectors.T
    _, directions = np.linalg.eigh(whitening @ total @ whitening)
    return mean, whitening @ directions[:, ::-1][:, :size]


def main() -> None:
    """Write projection.npz and drawn_people.npz."""
    different = drawn_stripes(street, _STREET, _VIEWS, _STREET_SEED)
    same = drawn_stripes(colourful, _COLOURFUL, _VIEWS, _COLOURFUL_SEED)
    mean, projection = learn(different, same, BYTES)
    projected = (different.reshape(-1, SIZE) - mean) @ projection
    np.savez_compressed(
        PROJECTION_FILE,
        mean=mean.astype(np.float16),
        projection=(projection / projected.std()).astype(np.float16),
    )
    scatter_of(different, same).write()


if __name__ == "__main__":
    main()
