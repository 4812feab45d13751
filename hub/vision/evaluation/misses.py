"""Who of the labelled persons was missed and what a false hit was, each by the first reason that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]

from hub.vision.boxes import Box, covered, overlap

MATCH_OVERLAP = 0.5
_LOOSE_OVERLAP = 0.25
_COVERED = 0.4
"""Covered by more of a nearer person's box, one is hidden."""
_SMALL_PX = 40.0
"""Heights in the detector's picture below which persons are found seldom."""
_DETECTOR_SIDE_PX = 416.0
_FAINT = 12.0
"""Grey levels: a box whose middle differs by less from what is left and right of it."""
_RING = 0.35


class Why(StrEnum):
    """Why a labelled person was missed; the order is that in which the reasons are tried."""

    LOOSE = "loose"
    COVERED = "covered"
    EDGE = "edge"
    SMALL = "small"
    FAINT = "faint"
    OTHER = "other"


@dataclass(frozen=True)
class Missed:
    """Labelled boxes without a box of overlap 0.5: their number, and how many for which reason."""

    labels: int
    missed: int
    loose: int
    """A box is there, of overlap 0.25 to 0.5."""
    covered: int
    edge: int
    small: int
    faint: int
    other: int


@dataclass(frozen=True)
class FalseHits:
    """Boxes that are no label's: a second one of a labelled person, a loose one, one where nobody is labelled."""

    boxes: int
    false: int
    twice: int
    loose: int
    nobody_labelled: int


class FrameLabels(NamedTuple):
    """The labelled boxes of a frame, and which of them are faint in its picture."""

    boxes: Sequence[Box]
    faint: NDArray[np.bool_]


def faint(grey: NDArray[np.uint8], boxes: Sequence[Box]) -> NDArray[np.bool_]:
    """Which boxes hardly differ from what is beside them (a grey picture, height x width)."""
    found = np.zeros(len(boxes), bool)
    height, width = grey.shape
    for row, box in enumerate(boxes):
        inside = box.clipped(width, height)
        top, bottom = int(inside.top + 0.15 * inside.height), int(inside.top + 0.85 * inside.height) + 1
        left, right = inside.left, inside.left + inside.width
        middle = grey[top:bottom, int(left + 0.3 * inside.width) : int(right - 0.3 * inside.width) + 1]
        beside = [
            grey[top:bottom, max(int(left - _RING * inside.width), 0) : int(left)],
            grey[top:bottom, int(right) : int(right + _RING * inside.width) + 1],
        ]
        around = np.concatenate([part.ravel() for part in beside])
        if middle.size and around.size:
            found[row] = abs(float(np.median(middle)) - float(np.median(around))) < _FAINT
    return found


def misses(
    labels: Mapping[int, FrameLabels], found: Mapping[int, Sequence[Box]], size_px: tuple[int, int]
) -> tuple[Missed, FalseHits]:
    """By frame number; ``size_px`` is the picture's (width, height)."""
    why: list[Why] = []
    total = boxes = twice = loose = unlabelled = 0
    for number in labels.keys() | found.keys():
        persons = labels.get(number, FrameLabels((), np.zeros(0, bool)))
        seen = found.get(number, ())
        total, boxes = total + len(persons.boxes), boxes + len(seen)
        rows, columns = (np.array(each, float).reshape(-1, 4) for each in (persons.boxes, seen))
        over = overlap(rows, columns)
        pairs = linear_sum_assignment(-np.where(over >= MATCH_OVERLAP, over, 0.0))
        hits = [(row, column) for row, column in zip(*pairs, strict=True) if over[row, column] >= MATCH_OVERLAP]
        missed = sorted(set(range(len(rows))) - {row for row, _ in hits})
        wrong = sorted(set(range(len(columns))) - {column for _, column in hits})
        why += _reasons(rows, persons.faint, over, missed, size_px)
        best = over[:, wrong].max(axis=0) if len(rows) else np.zeros(len(wrong))
        twice += int((best >= MATCH_OVERLAP).sum())
        loose += int(((best >= _LOOSE_OVERLAP) & (best < MATCH_OVERLAP)).sum())
        unlabelled += int((best < _LOOSE_OVERLAP).sum())
    counts = {reason.value: why.count(reason) for reason in Why}
    false = twice + loose + unlabelled
    return Missed(total, len(why), **counts), FalseHits(boxes, false, twice, loose, unlabelled)


def _reasons(
    rows: NDArray[np.float64],
    hardly_seen: NDArray[np.bool_],
    over: NDArray[np.float64],
    missed: Sequence[int],
    size_px: tuple[int, int],
) -> list[Why]:
    feet = rows[:, 1] + rows[:, 3]
    hidden = np.where(feet[None, :] > feet[:, None], covered(rows, rows), 0.0).max(axis=1, initial=0.0)
    small = rows[:, 3] * _DETECTOR_SIDE_PX / max(size_px) < _SMALL_PX
    reasons = []
    for row in missed:
        tests = (
            (Why.LOOSE, over.shape[1] > 0 and over[row].max() >= _LOOSE_OVERLAP),
            (Why.COVERED, hidden[row] >= _COVERED),
            (Why.EDGE, Box(*rows[row]).touches_edge(*size_px)),
            (Why.SMALL, small[row]),
            (Why.FAINT, hardly_seen[row]),
        )
        reasons.append(next((reason for reason, fits in tests if fits), Why.OTHER))
    return reasons
