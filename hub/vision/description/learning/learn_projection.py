"""Learns the projection from colour stripes to a short descriptor, on drawn people alone.

Run ``python -m hub.vision.description.learning.learn_projection`` to write projection.npz and drawn_people.npz again (a
few minutes on one core). Body points are found on the drawings as on pictures, with the same mistakes. The directions
kept are those in which different people differ most, measured against how one person varies from view to view: linear
discriminant analysis, with the within-person scatter held up by its mean (``_RIDGE``) so that the few effects that are
drawn do not decide everything.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hub.vision.description.body_points import BodyPoints
from hub.vision.description.descriptor import BYTES, PROJECTION_FILE
from hub.vision.description.learning.drawing import draw
from hub.vision.description.learning.drawn_people import scatter_of
from hub.vision.description.learning.wardrobe import invent
from hub.vision.description.light import corrected, lab
from hub.vision.description.stripe_numbers import SIZE
from hub.vision.description.stripes import colour_stripes

_PEOPLE = 1000
_VIEWS = 4
_SEED = 1
_RIDGE = 10.0


def drawn_stripes(people: int, views: int, seed: int) -> NDArray[np.float32]:
    """Colour stripes of ``people`` x ``views`` drawn pictures, shaped people x views x SIZE."""
    rng = np.random.default_rng(seed)
    body_points = BodyPoints()
    stripes = np.empty((people, views, SIZE), np.float32)
    for person in range(people):
        outfit = invent(rng)
        for view in range(views):
            picture, mask = draw(outfit, rng)
            stripes[person, view] = colour_stripes(lab(corrected(picture)), mask, body_points.of(picture))
    return stripes


def learn(stripes: NDArray[np.float32], size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean (SIZE) and the projection (SIZE x ``size``, strongest direction first)."""
    flat = stripes.reshape(-1, stripes.shape[-1]).astype(np.float64)
    mean = flat.mean(axis=0)
    own = (stripes - stripes.mean(axis=1, keepdims=True)).reshape(flat.shape).astype(np.float64)
    within = own.T @ own / len(flat)
    total = (flat - mean).T @ (flat - mean) / len(flat)
    within += _RIDGE * np.trace(within) / len(within) * np.eye(len(within))
    values, vectors = np.linalg.eigh(within)
    whitening = vectors / np.sqrt(values) @ vectors.T
    _, directions = np.linalg.eigh(whitening @ total @ whitening)
    return mean, whitening @ directions[:, ::-1][:, :size]


def main() -> None:
    """Write projection.npz and drawn_people.npz."""
    stripes = drawn_stripes(_PEOPLE, _VIEWS, _SEED)
    mean, projection = learn(stripes, BYTES)
    projected = (stripes.reshape(-1, SIZE) - mean) @ projection
    np.savez_compressed(
        PROJECTION_FILE,
        mean=mean.astype(np.float16),
        projection=(projection / projected.std()).astype(np.float16),
    )
    scatter_of(stripes).write()


if __name__ == "__main__":
    main()
