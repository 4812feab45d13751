"""Heads: from what a network answers to boxes in the pixels of its canvas, for each usual family of detectors.

A head takes the answers, the canvas's size and the wanted classes; it returns the cells or queries in which one of them
scores at least ``least_score``. Boxes that show the same person are not thinned out here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Outputs = dict[str, Floats]
"""What a network answered, by the name of the output, in the network's order."""


class Head(StrEnum):
    """The families; YOLOv9 and v11 answer as v8 does."""

    NANODET = "nanodet"
    YOLOV5 = "yolov5"
    YOLOV8 = "yolov8"
    YOLOV10 = "yolov10"
    YOLOX = "yolox"
    SSD = "ssd"
    RT_DETR = "rt-detr"


class BoxForm(StrEnum):
    """What the four numbers of a box are."""

    CORNERS = "left-top-right-bottom"
    ROWS_FIRST = "top-left-bottom-right"
    CENTRE = "centre-size"


class HeadError(ValueError):
    """The answers are not of the shape this head has; says what came and what is expected."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for: class numbers as the network has them, the least score, and where the head needs it more."""

    classes: tuple[int, ...]
    least_score: float
    strides_px: tuple[int, ...] = (8, 16, 32)
    cell_offset: float = 0.5
    boxes: BoxForm | None = None
    share_of_canvas: bool | None = None
    """Whether boxes are given as shares of the canvas rather than in its pixels; None: as the numbers look."""
    sigmoid: bool | None = None
    """Whether scores are still to be squashed into 0..1; None: as the numbers look."""


@dataclass(frozen=True)
class Candidates:
    """Corners (left, top, right, bottom; N x 4) in pixels of the canvas, and scores of each wanted class (N x K)."""

    corners: NDArray[np.float64]
    scores: NDArray[np.float64]


Decode = Callable[[Sequence[Floats], tuple[int, int], Wanted], Candidates]
"""Answers, the canvas's height and width, what is wanted."""


def decode(head: Head, answers: Outputs, order: Sequence[str], canvas: tuple[int, int], wanted: Wanted) -> Candidates:
    """The candidates in the answers, taken in ``order`` of their names (the network's own where it is empty).

    Raises HeadError where an output is missing or is not of the head's shape.
    """
    missing = [name for name in order if name not in answers]
    if missing:
        raise HeadError(f"no output {', '.join(missing)}; there are: {', '.join(answers)}")
    taken = [answers[name] for name in order] if order else list(answers.values())
    taken = [answer.astype(np.float32, copy=False) for answer in taken]
    try:
        return _HEADS[head](taken, canvas, wanted)
    except (IndexError, ValueError) as error:
        shapes = ", ".join(f"{name} {answer.shape}" for name, answer in answers.items())
        raise HeadError(f"{error}; it answers: {shapes}") from error


def _nanodet(answers: Sequence[Floats], canvas: tuple[int, int], wanted: Wanted) -> Candidates:
    """Per stride scores (cells x classes), then per stride distances; or one output of both (NanoDet-Plus's export).

    Distances to left, top, right, bottom are distributions over bins of a stride each (generalised focal loss, Li et
    al. 2020): 4 x bins values a cell.
    """
    strides = len(wanted.strides_px)
    centres, stride = _cells(*canvas, wanted.strides_px, wanted.cell_offset)
    if len(answers) == 2 * strides:
        found = [_rows(answer) for answer in answers]
        given = np.concatenate([part[:, list(wanted.classes)] for part in found[:strides]])
        keep = _likely(given, wanted)
        sides = np.concatenate(found[strides:])[keep]
    elif len(answers) == 1:
        rows = _rows(answers[0])
        given = rows[:, list(wanted.classes)]
        keep = _likely(given, wanted)
        classes = next((count for count in (80, 1, 91, 2, 20) if (rows.shape[1] - count) in (32, 44, 68)), None)
        if classes is None:
            raise ValueError("an output of scores and 4 x 8, 11 or 17 distances a cell is expected")
        sides = rows[keep, classes:]
    else:
        raise ValueError(f"{2 * strides} outputs are expected (scores, then distances, for each stride), or one")
    _check_cells(len(given), len(centres))
    bins = sides.reshape(len(keep), 4, sides.shape[1] // 4)
    weights = np.exp(bins - bins.max(axis=-1, keepdims=True))
    reach = (weights @ np.arange(bins.shape[-1], dtype=np.float32)) / weights.sum(axis=-1)
    reach = reach * stride[keep, None]
    corners = np.concatenate([centres[keep] - reach[:, :2], centres[keep] + reach[:, 2:]], axis=1)
    return _candidates(corners, given[keep])


def _yolov5(answers: Sequence[Floats], canvas: tuple[int, int], wanted: Wanted) -> Candidates:
    """One output: rows of centre x, y, width, height in pixels, the score of anything there, each class's share."""
    rows = _rows(answers[0])
    if rows.shape[1] < 6:
        raise ValueError("rows of 4 + 1 + classes are expected")
    scores = rows[:, 4:5] * rows[:, [5 + number for number in wanted.classes]]
    keep = _likely(scores, wanted)
    return _candidates(_placed(rows[keep, :4], canvas, wanted, BoxForm.CENTRE, False), scores[keep])


def _yolov8(answers: Sequence[Floats], canvas: tuple[int, int], wanted: Wanted) -> Candidates:
    """One output of 4 + classes by cells: centre x, y, width, height in pixels and each class's score."""
    rows = _rows(answers[0])
    rows = rows.T if rows.shape[0] < rows.shape[1] else rows
    scores = rows[:, [4 + number for number in wanted.classes]]
    keep = _likely(scores, wanted)
    return _candidates(_placed(rows[keep, :4], canvas, wanted, BoxForm.CENTRE, False), scores[keep])


def _yolov10(answers: Sequence[Floats], canvas: tuple[int, int], wanted: Wanted) -> Candidates:
    """One output of left, top, right, bottom in pixels, score, class: nothing is found twice by design."""
    rows = _rows(answers[0])
    if rows.shape[1] != 6:
        raise ValueError("rows of left, top, right, bottom, score, class are expected")
    scores = _of_classes(rows[:, 4], rows[:, 5], wanted)
    keep = _likely(scores, wanted)
    return _candidates(_placed(rows[keep, :4], canvas, wanted, BoxForm.CORNERS, False), scores[keep])


def _yolox(answers: Sequence[Floats], canvas: tuple[int, int], wanted: Wanted) -> Candidates:
    """As YOLOv5's rows, but the middle in strides from the cell's corner and the sides as logarithms of strides."""
    rows = _rows(answers[0])
    corner, stride = _cells(*canvas, wanted.strides_px, 0.0)
    _check_cells(len(rows), len(corner))
    scores = rows[:, 4:5] * rows[:, [5 + number for number in wanted.classes]]
    keep = _likely(scores, wanted)
    by = stride[keep, None]
    boxes = np.concatenate([rows[keep, :2] * by + corner[keep], np.exp(rows[keep, 2:4]) * by], axis=1)
    return _candidates(_placed(boxes, canvas, wanted, BoxForm.CENTRE, False), scores[keep])


def _ssd(answers: Sequence[Floats], canvas: tuple[int, int], wanted: Wanted) -> Candidates:
    """Boxes and, a row each, scores of all classes; or boxes, scores and classes of what is left after thinning out.

    Or one output of rows of picture, class, score, left, top, right, bottom (Caffe's DetectionOutput).
    """
    if len(answers) == 1 and answers[0].shape[-1] == 7:
        rows = answers[0].reshape(-1, 7)
        boxes, scores = rows[:, 3:7], _of_classes(rows[:, 2], rows[:, 1], wanted)
    elif len(answers) >= 2:
        boxes = _rows(answers[0])
        second = answers[1].reshape(-1) if answers[1].size == len(boxes) else _rows(answers[1])
        if second.ndim == 1 and len(answers) < 3:
            raise ValueError("boxes and scores alone: which class each is must be a third output")
        if second.ndim == 1:
            scores = _of_classes(second, answers[2].reshape(-1), wanted)
        else:
            scores = second[:, list(wanted.classes)]
    else:
        raise ValueError("boxes, scores and classes are expected, boxes and scores of all classes, or rows of 7")
    if boxes.shape[1] != 4 or len(boxes) != len(scores):
        raise ValueError("as many boxes of 4 numbers as scores are expected; name them in this order in outputs")
    keep = _likely(scores, wanted)
    return _candidates(_placed(boxes[keep], canvas, wanted, BoxForm.CORNERS, None), scores[keep])


def _rt_detr(answers: Sequence[Floats], canvas: tuple[int, int], wanted: Wanted) -> Candidates:
    """Of each query: one output of centre, size and scores; scores and boxes; or classes, boxes, scores (exports that
    thin out themselves)."""
    if len(answers) == 1:
        rows = _rows(answers[0])
        boxes, scores, form = rows[:, :4], rows[:, [4 + number for number in wanted.classes]], BoxForm.CENTRE
    elif len(answers) == 2:
        first, second = (_rows(answer) for answer in answers[:2])
        boxes, all_scores = (first, second) if first.shape[1] == 4 and second.shape[1] != 4 else (second, first)
        scores, form = all_scores[:, list(wanted.classes)], BoxForm.CENTRE
    else:
        boxes, form = _rows(answers[1]), BoxForm.CORNERS
        scores = _of_classes(answers[2].reshape(-1), answers[0].reshape(-1), wanted)
    if boxes.shape[1] != 4 or len(boxes) != len(scores):
        raise ValueError("4 numbers and scores for each query are expected")
    scores = _squashed(scores, wanted)
    keep = _likely(scores, wanted)
    return _candidates(_placed(boxes[keep], canvas, wanted, form, None), scores[keep])


_HEADS: dict[Head, Decode] = {
    Head.NANODET: _nanodet,
    Head.YOLOV5: _yolov5,
    Head.YOLOV8: _yolov8,
    Head.YOLOV10: _yolov10,
    Head.YOLOX: _yolox,
    Head.SSD: _ssd,
    Head.RT_DETR: _rt_detr,
}


def _rows(answer: Floats) -> Floats:
    """The rows of the one picture asked about."""
    if answer.ndim == 3 and answer.shape[0] == 1:
        return np.asarray(answer[0])
    if answer.ndim == 2:
        return answer
    raise ValueError(f"one picture's rows are expected, not an output of shape {answer.shape}")


def _of_classes(scores: Floats, classes: Floats, wanted: Wanted) -> Floats:
    """Scores as columns of the wanted classes, where each row has one class."""
    return np.where(np.rint(classes)[:, None] == np.array(wanted.classes), scores[:, None], 0).astype(np.float32)


def _likely(scores: Floats, wanted: Wanted) -> NDArray[np.int64]:
    return np.flatnonzero(scores.max(axis=1) >= wanted.least_score)


def _squashed(scores: Floats, wanted: Wanted) -> Floats:
    raw = wanted.sigmoid if wanted.sigmoid is not None else bool(len(scores)) and (scores.min() < 0 or scores.max() > 1)
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -50, 50)))) if raw else scores


def _placed(boxes: Floats, canvas: tuple[int, int], wanted: Wanted, usual: BoxForm, usual_share: bool | None) -> Floats:
    """Boxes of any form as corners in pixels of the canvas (height, width)."""
    form = wanted.boxes or usual
    share = wanted.share_of_canvas if wanted.share_of_canvas is not None else usual_share
    if share is None:
        share = bool(len(boxes)) and float(np.median(boxes[:, 2:])) <= 2.0
    if form is BoxForm.ROWS_FIRST:
        boxes = boxes[:, [1, 0, 3, 2]]
    if form is BoxForm.CENTRE:
        boxes = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], axis=1)
    height, width = canvas
    return boxes * np.array((width, height, width, height), np.float32) if share else boxes


def _candidates(corners: Floats, scores: Floats) -> Candidates:
    return Candidates(corners.astype(np.float64), scores.astype(np.float64))


def _check_cells(given: int, expected: int) -> None:
    if given != expected:
        raise ValueError(f"{expected} cells are expected of this size and these strides, not {given}")


@lru_cache(maxsize=256)
def _cells(
    rows_px: int, columns_px: int, strides_px: tuple[int, ...], offset: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Points (N x 2: x, y, ``offset`` strides into the cell) and strides (N) of a canvas's cells, row by row."""
    points, strides = [], []
    for stride in strides_px:
        x, y = np.meshgrid(np.arange(-(-columns_px // stride)), np.arange(-(-rows_px // stride)))
        points.append(((np.stack([x.ravel(), y.ravel()], axis=1) + offset) * stride).astype(np.float32))
        strides.append(np.full(x.size, stride, np.float32))
    return np.concatenate(points), np.concatenate(strides)
