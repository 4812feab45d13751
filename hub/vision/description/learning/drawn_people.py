"""How drawn people differ within and between themselves: what learning on a site begins with (drawn_people.npz)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DRAWN_FILE = Path(__file__).parent.parent / "drawn_people.npz"
"""Written by learn_projection.py, from the same drawings as the projection."""
DIRECTIONS = 300


@dataclass(frozen=True, eq=False)
class Drawn:
    """``basis``: SIZE x DIRECTIONS, orthonormal, along which drawn views differ most; scatter in it, whose trace over
    all SIZE directions is 1: ``within`` a person and in ``total``."""

    basis: NDArray[np.float32]
    within: NDArray[np.float64]
    total: NDArray[np.float64]

    def write(self, path: Path = DRAWN_FILE) -> None:
        """Raises OSError."""
        np.savez_compressed(
            path,
            basis=self.basis.astype(np.float16),
            within=self.within.astype(np.float32),
            total=self.total.astype(np.float32),
        )


def read_drawn(path: Path = DRAWN_FILE) -> Drawn:
    """Raises OSError."""
    with np.load(path) as stored:
        basis, _ = np.linalg.qr(stored["basis"].astype(np.float64))  # float16 is not quite orthonormal
        signs = np.sign((basis * stored["basis"]).sum(axis=0))
        return Drawn(
            np.asarray(basis * signs, np.float32),
            stored["within"].astype(np.float64),
            stored["total"].astype(np.float64),
        )


def scatter_of(stripes: NDArray[np.float32]) -> Drawn:
    """Of people x views x SIZE stripes."""
    flat = stripes.reshape(-1, stripes.shape[-1]).astype(np.float64)
    off = flat - flat.mean(axis=0)
    own = (stripes - stripes.mean(axis=1, keepdims=True)).reshape(flat.shape).astype(np.float64)
    total, within = off.T @ off, own.T @ own
    _, vectors = np.linalg.eigh(total)
    basis = vectors[:, ::-1][:, :DIRECTIONS]
    return Drawn(
        np.asarray(basis, np.float32),
        basis.T @ within @ basis / np.trace(within),
        basis.T @ total @ basis / np.trace(total),
    )
