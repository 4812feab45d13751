"""Learns a projection from a site's tracks: linear discriminant analysis without labels, beside drawn people's.

Within one person: how the views of one track differ, and how the tracks differ that are each other's nearest on two
cameras, found anew by what was learned, twice (self-training). Between people: how all tracks differ. Each is mixed
half and half with the same of the drawn people from whom the shipped projection was learned, so that few tracks cannot
lead far astray. Constants were chosen on one community (seeds 201, 202) and on 25 people of market1501-subset drawn by
lot (evaluate.py); the other 25 are scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.teaching.pairing import mutual, unit
from hub.teaching.tracks import Numbers, Tracks
from hub.vision.description.descriptor import BYTES, PROJECTION_FILE, to_bytes
from hub.vision.description.learning.drawn_people import Drawn
from hub.vision.description.stripe_numbers import SIZE

_DRAWN_SHARE = 0.5
_PAIRS_SHARE = 0.5
_RIDGE = 10.0
"""Of the within-person scatter's mean, as in learn_projection.py."""
_ROUNDS = 2
_OWN_DIRECTIONS = 300
_VIEWS_FOR_DIRECTIONS = 1_200
_LOT = 1


@dataclass(frozen=True, eq=False)
class Learned:
    """A projection as descriptor.py reads it: ``mean`` (SIZE), ``projection`` (SIZE x BYTES), both float16."""

    mean: NDArray[np.float16]
    projection: NDArray[np.float16]

    def descriptors(self, tracks: Tracks) -> Numbers:
        """T x BYTES, length 1, as the search compares them: whole numbers of one byte."""
        mean, matrix = self.mean.astype(np.float32), self.projection.astype(np.float32)
        short = tracks.means(tracks.projected(mean, matrix))
        return unit(np.array([np.frombuffer(to_bytes(row), np.int8) for row in short.astype(np.float32)], np.float64))

    def of(self, stripes: Numbers) -> list[bytes]:
        """Descriptors of N x SIZE stripes."""
        short = (stripes - self.mean.astype(np.float64)) @ self.projection.astype(np.float64)
        return [to_bytes(row) for row in short.astype(np.float32)]

    def write(self, path: Path) -> None:
        """As an .npz. Raises OSError."""
        np.savez_compressed(path, mean=self.mean, projection=self.projection)


def read(path: Path = PROJECTION_FILE) -> Learned:
    """One that was written, or the shipped one. Raises OSError, ValueError, KeyError."""
    with path.open("rb") as file, np.load(file) as stored:
        return Learned(stored["mean"].astype(np.float16), stored["projection"].astype(np.float16))


def learn(tracks: Tracks, drawn: Drawn) -> Learned:
    """Raises ValueError for fewer than two tracks."""
    if len(tracks) < 2:
        raise ValueError(f"{len(tracks)} tracks teach nothing")
    mean = tracks.mean_view()
    basis = np.hstack([drawn.basis, _own_directions(tracks, mean, drawn.basis)])
    views = tracks.projected(mean, basis)
    whole = tracks.means(views)
    own = views - whole[tracks.track_of]
    within = own.T @ own / max(len(views) - len(tracks), 1)
    off = whole - whole.mean(axis=0)
    between = _mixed(drawn.total, off.T @ off)
    directions = _discriminating(_mixed(drawn.within, within), between)
    for _ in range(_ROUNDS):
        pairs = mutual(tracks, unit(tracks.means(unit(views @ directions))))
        if len(pairs):
            apart = whole[pairs[:, 0]] - whole[pairs[:, 1]]
            person = (1 - _PAIRS_SHARE) * within + _PAIRS_SHARE * (apart.T @ apart) / (2 * len(pairs))
            directions = _discriminating(_mixed(drawn.within, person), between)
    projection = basis.astype(np.float64) @ directions
    return Learned(mean.astype(np.float16), (projection / (views @ directions).std()).astype(np.float16))


def _own_directions(tracks: Tracks, mean: NDArray[np.float32], basis: NDArray[np.float32]) -> NDArray[np.float32]:
    """SIZE x K: along which the site's views differ most beside those of ``basis``."""
    count = min(len(tracks.views), _VIEWS_FOR_DIRECTIONS)
    chosen = np.random.default_rng(_LOT).choice(len(tracks.views), count, replace=False)
    rows = tracks.views[chosen].astype(np.float32) / 255 - mean
    rows -= (rows @ basis) @ basis.T
    values, vectors = np.linalg.eigh((rows @ rows.T).astype(np.float64))
    kept = values[::-1][:_OWN_DIRECTIONS] > 1e-6 * max(values[-1], 1e-12)
    lengths = np.sqrt(values[::-1][:_OWN_DIRECTIONS][kept])
    return np.asarray(rows.T @ (vectors[:, ::-1][:, :_OWN_DIRECTIONS][:, kept] / lengths), np.float32)


def _mixed(drawn: Numbers, site: Numbers) -> Numbers:
    """Scatter of the site and of drawn people (in the basis' first directions), each of trace 1, mixed."""
    mixed = (1 - _DRAWN_SHARE) * site / max(float(np.trace(site)), 1e-12)
    mixed[: len(drawn), : len(drawn)] += _DRAWN_SHARE * drawn
    return np.asarray(mixed)


def _discriminating(within: Numbers, total: Numbers) -> Numbers:
    """K x BYTES: total scatter largest against that within a person, held up by _RIDGE of its mean over SIZE."""
    root = np.linalg.cholesky(within + _RIDGE / SIZE * np.eye(len(within)))
    half = np.linalg.solve(root, total)
    white = np.linalg.solve(root, half.T)
    _, vectors = np.linalg.eigh((white + white.T) / 2)
    return np.asarray(np.linalg.solve(root.T, vectors[:, ::-1][:, :BYTES]))
