"""Tells plain, striped, checked and printed upper garments by the torso's texture in one large, sharp view."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.description.body_points import Points
from hub.vision.description.body_regions import torso_corners
from hub.vision.description.light import lab
from hub.vision.description.view import COLUMNS, ROWS, Picture, View, Weights

LEAST_TORSO_PX = 26.0
"""From shoulders to hips, in the picture as it came; a person of about 110 px. Smaller, stripes of cloth are lost."""
PATCH_ROWS, PATCH_COLUMNS = 48, 36
_LEAST_SHOWN = 0.6
"""Share of the torso that the mask must show."""
_LEAST_POINTS = 0.3
_HALF_SHARP = 150.0
"""Variance of the Laplacian (Pech-Pacheco et al., 2000) of the picture at which half of what is said is held back."""
_SHADING_ROWS = 9.0
"""Light and folds are wider than this (standard deviation, rows of the patch) and taken off before."""
_LAGS = range(3, 17)
LEARNED_FILE = Path(__file__).parent / "patterns.npz"
"""Learned from drawn cloth only (learning/learn_patterns.py)."""

Features = NDArray[np.float64]


class PatternJudge:
    """Weighs patterns from features; the constants are loaded once."""

    def __init__(self, path: Path = LEARNED_FILE) -> None:
        with np.load(path) as stored:
            self._mean, self._spread, self._weights = (stored[name] for name in ("mean", "spread", "weights"))

    def weigh(self, features: Features) -> Features:
        """Weights of PATTERNS, adding up to 1."""
        terms = terms_of((features - self._mean) / self._spread)
        power = terms @ self._weights
        likely = np.exp(power - power.max())
        return np.asarray(likely / likely.sum(), np.float64)

    def of(self, view: View, points: Points, mask: Weights) -> tuple[float, ...]:
        """Weights of PATTERNS adding up to at most 1, or nothing where the view does not show enough of the torso."""
        found = torso_patch(view, points, mask)
        if found is None:
            return ()
        patch, shown, sure = found
        weights = self.weigh(features_of(patch, shown)) * sure
        return tuple(int(weight * 1000) / 1000 for weight in weights.tolist())


def torso_patch(view: View, points: Points, mask: Weights) -> tuple[Picture, Weights, float] | None:
    """The torso brought upright to PATCH_ROWS x PATCH_COLUMNS with how much of each pixel is the person's, and how sure
    the picture is of what is fine in it; None where it is too small, cut, covered or guessed.
    """
    corners = torso_corners(points)
    left, top, width, height = view.box
    across, down = width / COLUMNS, height / ROWS
    in_view = corners * np.array([across, down], np.float32) + np.array([left, top], np.float32)
    tall = float(np.linalg.norm((in_view[2] + in_view[3] - in_view[0] - in_view[1]) / 2))
    if view.cut or tall < LEAST_TORSO_PX or points[[5, 6, 11, 12], 2].min() < _LEAST_POINTS:
        return None
    upright = np.array([[0, 0], [PATCH_COLUMNS, 0], [PATCH_COLUMNS, PATCH_ROWS], [0, PATCH_ROWS]], np.float32)
    shown = _warped(mask, corners, upright)
    if shown.mean() < _LEAST_SHOWN:
        return None
    picture, scale = view.picture, PATCH_ROWS / tall
    if scale < 0.7:  # made smaller by areas first, so that nothing fine flickers
        picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        in_view = in_view * np.float32(scale)
    patch = np.asarray(_warped(picture, in_view, upright), np.uint8)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    detail = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    return patch, np.asarray(shown, np.float32), detail / (detail + _HALF_SHARP)


def features_of(patch: Picture, shown: Weights) -> Features:
    """Twelve numbers of the texture of a patch (uint8 BGR), of the pixels that are ``shown`` (0..1)."""
    seen = lab(patch)
    weights = shown + 1e-3
    texture = seen - _smooth(seen * weights[..., None]) / _smooth(weights)[..., None]
    texture *= (weights / weights.max())[..., None]
    energy = float((texture**2).sum() / weights.sum()) + 0.5
    by_row, by_column = texture.mean(axis=1), texture.mean(axis=0)
    rows = float((by_row**2).sum() / len(by_row)) / energy
    columns = float((by_column**2).sum() / len(by_column)) / energy
    spectrum = np.abs(np.fft.fft2(texture, s=(2 * PATCH_ROWS, 2 * PATCH_COLUMNS), axes=(0, 1))) ** 2
    again = np.fft.ifft2(spectrum.sum(axis=-1)).real
    again = again / (again[0, 0] + 1e-9)
    down, across = _recurs(again[:, 0], PATCH_ROWS), _recurs(again[0], PATCH_COLUMNS)
    pixels, counts = seen.reshape(-1, 3), weights.ravel()
    apart, minority, spread, middle = _two_cloths(pixels, counts)
    return np.array(
        [
            np.log(energy),
            np.log(float((texture[..., 1:] ** 2).sum() / weights.sum()) + 0.5),
            np.sqrt(rows),
            np.sqrt(columns),
            np.sqrt(rows * columns),
            down,
            across,
            min(down, across),
            np.log(apart + 1),
            minority,
            spread,
            middle,
        ]
    )


def terms_of(normal: Features) -> Features:
    """Features (last axis), their squares and 1, for the logistic regression."""
    clipped = np.clip(normal, -3, 3)
    return np.concatenate([clipped, clipped**2, np.ones((*normal.shape[:-1], 1))], axis=-1)


def _warped(picture: NDArray[np.float32] | Picture, corners: Weights, upright: Weights) -> NDArray[np.float32]:
    turn = cv2.getPerspectiveTransform(np.asarray(corners, np.float32), upright)
    return np.asarray(
        cv2.warpPerspective(picture, turn, (PATCH_COLUMNS, PATCH_ROWS), borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _smooth(values: Weights) -> Weights:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), _SHADING_ROWS), np.float32)


def _recurs(likeness: NDArray[np.float64], length: int) -> float:
    """How strongly a texture comes again: its autocorrelation's rise from the lowest point to a later peak."""
    best, lowest = 0.0, 1.0
    for lag in range(1, max(_LAGS) + 1):
        value = float(likeness[lag]) * length / (length - lag)
        lowest = min(lowest, value)
        if lag in _LAGS:
            best = max(best, value - lowest)
    return best


def _two_cloths(pixels: NDArray[np.float32], counts: NDArray[np.float32]) -> tuple[float, float, float, float]:
    """How far apart the torso's two main colours are, the lesser's share, its spread, and how near the middle it is."""
    order = np.argsort(pixels[:, 0])
    share = np.cumsum(counts[order])
    dark, bright = (pixels[order[int(np.searchsorted(share, part * share[-1]))]] for part in (0.1, 0.9))
    for _ in range(8):
        is_bright = ((pixels - bright) ** 2).sum(axis=1) < ((pixels - dark) ** 2).sum(axis=1)
        if is_bright.all() or not is_bright.any():
            return 0.0, 0.0, 0.0, 0.0
        bright = counts[is_bright] @ pixels[is_bright] / counts[is_bright].sum()
        dark = counts[~is_bright] @ pixels[~is_bright] / counts[~is_bright].sum()
    part = float(counts[is_bright].sum() / counts.sum())
    lesser = is_bright if part < 0.5 else ~is_bright
    row, column = np.divmod(np.flatnonzero(lesser), PATCH_COLUMNS)
    heavy = counts[lesser] / counts[lesser].sum()
    from_middle = np.hypot(row / PATCH_ROWS - 0.45, column / PATCH_COLUMNS - 0.5)
    spread = (
        np.sqrt(heavy @ (row - heavy @ row) ** 2) / PATCH_ROWS
        + np.sqrt(heavy @ (column - heavy @ column) ** 2) / PATCH_COLUMNS
    )
    return float(np.linalg.norm(bright - dark)), min(part, 1 - part), float(spread), float(heavy @ from_middle)
