"""Where on the picture the clothing lies: body points turned into torso, upper arms, thighs and bare skin."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.description.body_points import Point, Points
from hub.vision.description.view import COLUMNS, ROWS, Weights

_SUBPIXEL = 16
_LEAST_TORSO_ROWS = 12.0
_LEAST_SCORE = 0.15
"""A point below this is a guess: the limb that ends there is left out, a knee is put straight below the hip."""
_TORSO_FROM, _TORSO_TO = 0.08, 0.88
_COLLAR_TO = 0.1
"""Share of the torso, from the shoulders, that counts with the sleeves: a bag on the back leaves it free."""
_SLEEVE_FROM, _SLEEVE_TO = 0.1, 0.45
"""Of the way from shoulder to elbow: short sleeves too."""
_THIGH_FROM, _THIGH_TO = 0.15, 0.75
_HIP_TO = 0.4
"""Of the way from hip to knee: shorts too."""

_rows, _columns = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
_Spot = NDArray[np.float32]


@dataclass(frozen=True)
class BodyRegions:
    """Each ROWS x COLUMNS, 0 or 1; ``down_thigh`` is 0 at the hips and 1 from the knees on.

    ``sleeves`` (with the collar) and ``torso`` are the upper garment's parts, ``hips`` and ``thighs`` the lower one's;
    ``bare`` is face, forearms and shins: there, where it has the colour of skin, it is this person's skin.
    ``sure`` is the mean score of the shoulders and hips, and of the hips and knees.
    """

    sleeves: Weights
    torso: Weights
    hips: Weights
    thighs: Weights
    bare: Weights
    down_thigh: Weights
    sure_upper: float
    sure_lower: float


def body_regions(points: Points) -> BodyRegions:
    """Regions from the points of one picture; every region is wide enough to hold pixels from any side."""
    spot = points[:, 1::-1].astype(np.float32)  # x, y
    score = points[:, 2]
    shoulders = (spot[Point.LEFT_SHOULDER] + spot[Point.RIGHT_SHOULDER]) / 2
    hips = (spot[Point.LEFT_HIP] + spot[Point.RIGHT_HIP]) / 2
    torso_rows = _torso_rows(spot)
    torso = _torso(spot, torso_rows)
    sleeves, thigh, bare = (np.zeros((ROWS, COLUMNS), np.uint8) for _ in range(3))
    for shoulder, elbow, wrist in (
        (Point.LEFT_SHOULDER, Point.LEFT_ELBOW, Point.LEFT_WRIST),
        (Point.RIGHT_SHOULDER, Point.RIGHT_ELBOW, Point.RIGHT_WRIST),
    ):
        if score[elbow] > _LEAST_SCORE:
            _limb(sleeves, spot[shoulder], spot[elbow], (_SLEEVE_FROM, _SLEEVE_TO), 0.17 * torso_rows)
            if score[wrist] > _LEAST_SCORE:
                _limb(bare, spot[elbow], spot[wrist], (0.2, 1.0), 0.1 * torso_rows)
    knees = []
    for hip, knee, ankle in (
        (Point.LEFT_HIP, Point.LEFT_KNEE, Point.LEFT_ANKLE),
        (Point.RIGHT_HIP, Point.RIGHT_KNEE, Point.RIGHT_ANKLE),
    ):
        seen = score[knee] > _LEAST_SCORE
        at = spot[knee] if seen else spot[hip] + np.array([0, 0.8 * torso_rows], np.float32)
        knees.append((spot[hip], at))
        _limb(thigh, spot[hip], at, (_THIGH_FROM, _THIGH_TO), 0.24 * torso_rows)
        if seen and score[ankle] > _LEAST_SCORE:
            _limb(bare, at, spot[ankle], (0.3, 0.8), 0.1 * torso_rows)
    face = spot[: Point.RIGHT_EAR + 1][score[: Point.RIGHT_EAR + 1] > 0.2]
    if len(face):
        middle = face.mean(axis=0)
        cv2.circle(bare, (int(middle[0]), int(middle[1])), max(2, int(0.1 * torso_rows)), 1, -1)
    along = ((_columns - shoulders[0]) * (hips - shoulders)[0] + (_rows - shoulders[1]) * (hips - shoulders)[1]) / (
        torso_rows**2
    )
    down_thigh = _down(knees)
    upper = np.maximum(torso, sleeves)
    outer = (sleeves > 0) | ((torso > 0) & (along < _COLLAR_TO))
    near_hip = down_thigh < _HIP_TO
    return BodyRegions(
        sleeves=np.asarray(upper * outer, np.float32),
        torso=np.asarray(upper * ~outer, np.float32),
        hips=np.asarray(thigh * near_hip, np.float32),
        thighs=np.asarray(thigh * ~near_hip, np.float32),
        bare=np.asarray(bare, np.float32),
        down_thigh=down_thigh,
        sure_upper=float(score[[5, 6, 11, 12]].mean()),
        sure_lower=float(score[[11, 12, 13, 14]].mean()),
    )


def torso_corners(points: Points) -> Weights:
    """Corners of the torso, 4 x 2 (column, row): left shoulder, right shoulder, right hip, left hip."""
    spot = points[:, 1::-1].astype(np.float32)
    return _torso_corners(spot, _torso_rows(spot))


def _torso_rows(spot: NDArray[np.float32]) -> float:
    shoulders = (spot[Point.LEFT_SHOULDER] + spot[Point.RIGHT_SHOULDER]) / 2
    hips = (spot[Point.LEFT_HIP] + spot[Point.RIGHT_HIP]) / 2
    return max(float(np.linalg.norm(hips - shoulders)), _LEAST_TORSO_ROWS)


def _torso_corners(spot: NDArray[np.float32], torso_rows: float) -> Weights:
    left, right = _apart(spot[Point.LEFT_SHOULDER], spot[Point.RIGHT_SHOULDER], 0.42 * torso_rows)
    low_left, low_right = _apart(spot[Point.LEFT_HIP], spot[Point.RIGHT_HIP], 0.42 * torso_rows)
    corners = [
        _between(left, low_left, _TORSO_FROM),
        _between(right, low_right, _TORSO_FROM),
        _between(right, low_right, _TORSO_TO),
        _between(left, low_left, _TORSO_TO),
    ]
    return np.asarray(corners, np.float32)


def _torso(spot: NDArray[np.float32], torso_rows: float) -> NDArray[np.uint8]:
    torso = np.zeros((ROWS, COLUMNS), np.uint8)
    corners = np.round(_torso_corners(spot, torso_rows) * _SUBPIXEL).astype(np.int32)
    cv2.fillPoly(torso, [corners], 1, shift=4)
    return torso


def _apart(left: _Spot, right: _Spot, least: float) -> tuple[_Spot, _Spot]:
    """The two points, or when they nearly cover each other, as from the side, two of the least distance across."""
    across = float(right[0] - left[0])
    if abs(across) >= least:
        return left, right
    middle, half = (left + right) / 2, np.array([np.copysign(least / 2, across), 0])
    return np.asarray(middle - half, np.float32), np.asarray(middle + half, np.float32)


def _between(start: _Spot, end: _Spot, share: float) -> _Spot:
    return np.asarray(start + (end - start) * np.float32(share), np.float32)


def _limb(region: NDArray[np.uint8], start: _Spot, end: _Spot, between: tuple[float, float], thickness: float) -> None:
    """Draw the part of the limb between two shares of its length."""
    ends = (_between(start, end, share) for share in between)
    first, last = (np.round(spot * _SUBPIXEL).astype(int).tolist() for spot in ends)
    cv2.line(region, (first[0], first[1]), (last[0], last[1]), 1, max(1, round(thickness)), shift=4)


def _down(thighs: list[tuple[_Spot, _Spot]]) -> Weights:
    """How far down the thigh each pixel lies, 0..1: of the two thighs, the one on which it lies higher."""
    nearest = np.full((ROWS, COLUMNS), np.inf, np.float32)
    for hip, knee in thighs:
        way = knee - hip
        down = ((_columns - hip[0]) * way[0] + (_rows - hip[1]) * way[1]) / max(float((way**2).sum()), 1.0)
        nearest = np.where(np.abs(down) < np.abs(nearest), down, nearest)
    return np.asarray(np.clip(nearest, 0, 1), np.float32)
