"""Learns to tell patterns from drawn cloth alone.

Run ``python -m hub.vision.description.learning.learn_patterns`` to write patterns.npz again (a minute on one core); it
prints what share of other drawn cloth is told right. Multinomial logistic regression on the features and their
squares, with the patterns weighed as streets show them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import PATTERNS
from hub.vision.description.learning.cloth import draw_cloth
from hub.vision.description.patterns import LEARNED_FILE, features_of, terms_of

_EACH = 2500
_SEED = 20_261_122
_SHARE = np.array([0.7, 0.1, 0.06, 0.14])
"""How common plain, striped, checked and printed upper clothing is taken to be."""
_RIDGE = 1e-3
_ROUNDS = 400


def drawn_features(each: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Features of ``each`` drawn patches of every pattern, and the patterns' numbers."""
    rng = np.random.default_rng(seed)
    kind = np.repeat(np.arange(len(PATTERNS)), each)
    return np.array([features_of(*draw_cloth(int(number), rng)) for number in kind]), kind


def learn(features: NDArray[np.float64], kind: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Mean and spread of the features, and the weights (terms x PATTERNS)."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    terms = terms_of((features - mean) / spread)
    wanted = np.eye(len(PATTERNS))[kind]
    importance = _SHARE[kind] / np.bincount(kind)[kind]
    weights = np.zeros((terms.shape[1], len(PATTERNS)))
    speed = 1.0 / np.linalg.eigvalsh((terms * importance[:, None]).T @ terms).max()
    ahead, step = weights, 1.0
    for _ in range(_ROUNDS):  # Nesterov's accelerated gradient
        likely = np.exp(terms @ ahead - (terms @ ahead).max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        slope = terms.T @ ((likely - wanted) * importance[:, None]) + _RIDGE * ahead
        before, weights = weights, ahead - speed * 1.8 * slope
        next_step = (1 + np.sqrt(1 + 4 * step**2)) / 2
        ahead, step = weights + (step - 1) / next_step * (weights - before), next_step
    return {"mean": mean, "spread": spread, "weights": weights}


def main() -> None:
    """Write patterns.npz and say how well it does on cloth it has not seen."""
    learned = learn(*drawn_features(_EACH, _SEED))
    mean, spread, weights = (learned[name].astype(np.float32) for name in ("mean", "spread", "weights"))
    np.savez_compressed(LEARNED_FILE, mean=mean, spread=spread, weights=weights)
    features, kind = drawn_features(_EACH // 10, _SEED + 1)
    power = terms_of((features - learned["mean"]) / learned["spread"]) @ learned["weights"]
    for number, pattern in enumerate(PATTERNS):
        told = np.bincount(power[kind == number].argmax(axis=1), minlength=len(PATTERNS))
        print(pattern, {name: int(count) for name, count in zip(PATTERNS, told, strict=True)})


if __name__ == "__main__":
    main()
