"""Person detection: a picture in, boxes of persons with scores out (NanoDet-g 416 by ONNX Runtime).

Pre- and post-processing follow NanoDet (RangiLyu, 2020, Apache-2.0): longer side to 416, per-channel normalisation, and
for each cell of strides 8, 16 and 32 a score per class and a distribution over 11 distances to each of four sides
(generalised focal loss, Li et al. 2020).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from hub.vision.boxes import Box, Boxes
from hub.vision.detection.detections import NOBODY, Detections, DetectorError

MODEL = Path(__file__).parent.parent / "models" / "nanodet.onnx"

_SIDE_PX = 416
"""The longer side of a whole frame, as NanoDet-g was trained."""
_STRIDES_PX = (8, 16, 32)
_SCORES = ("Identity:0", "Identity_1:0", "Identity_2:0")
_DISTANCES = ("Identity_3:0", "Identity_4:0", "Identity_5:0")
_BINS = 11
_PERSON = 0
_MEAN = np.array((103.53, 116.28, 123.675), np.float32)  # BGR, as NanoDet was trained
_DEVIATION = np.array((57.375, 57.12, 58.395), np.float32)


class PersonDetector:
    """NanoDet on the CPU; may be called from one thread at a time.

    ``least_score`` is low, since the tracker makes good use of doubtful boxes (see tracker.py); ``threads`` is how many
    cores one call may use.
    """

    def __init__(
        self, model: Path = MODEL, *, threads: int = 1, least_score: float = 0.1, same_person_overlap: float = 0.6
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises a dozen classes of its own
            raise DetectorError(f"the person detector's model {model} cannot be loaded: {error}") from error
        self._input = self._session.get_inputs()[0].name
        self._least_score = least_score
        self._same_person_overlap = same_person_overlap

    def detect(self, picture: NDArray[np.uint8], regions: Sequence[Box] | None = None) -> Detections:
        """As ``Detector`` has it; a region takes its share of the whole's time."""
        parts = [self._detect(picture, region) for region in (regions if regions is not None else (None,))]
        if len(parts) == 1:
            return parts[0]
        boxes = np.concatenate([NOBODY.boxes, *(part.boxes for part in parts)])
        scores = np.concatenate([NOBODY.scores, *(part.scores for part in parts)])
        return self._once_each(boxes, scores)

    def _detect(self, picture: NDArray[np.uint8], region: Box | None) -> Detections:
        scale = _SIDE_PX / max(picture.shape[:2])
        left, top, right, bottom = _corners(region, picture)
        part = picture[top:bottom, left:right]
        width, height = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
        way = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
        small = cv2.resize(part, (width, height), interpolation=way)
        canvas = np.zeros((_whole_cells(height), _whole_cells(width), 3), np.uint8)
        x, y = (canvas.shape[1] - width) // 2, (canvas.shape[0] - height) // 2
        canvas[y : y + height, x : x + width] = small
        boxes, scores = self._run(canvas)
        if not len(scores):
            return NOBODY
        zoom = np.array((part.shape[1] / width, part.shape[0] / height) * 2)
        corners = (boxes - (x, y, x, y)) * zoom + (left, top, left, top)
        corners = np.clip(corners, (left, top, left, top), (right, bottom, right, bottom))
        boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
        return self._once_each(boxes, scores)

    def _once_each(self, boxes: Boxes, scores: NDArray[np.float64]) -> Detections:
        chosen = np.asarray(
            cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), self._least_score, self._same_person_overlap), dtype=int
        ).reshape(-1)
        return Detections(boxes[chosen], scores[chosen])

    def _run(self, canvas: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Corners (left, top, right, bottom) in the canvas and scores of all cells that may show a person."""
        tensor = np.ascontiguousarray(((canvas - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None])
        found = [np.asarray(part) for part in self._session.run((*_SCORES, *_DISTANCES), {self._input: tensor})]
        strides = len(_STRIDES_PX)
        scores = np.concatenate([part[0, :, _PERSON] for part in found[:strides]])
        keep = np.flatnonzero(scores >= self._least_score)
        centres, stride = _cells(canvas.shape[0], canvas.shape[1])
        bins = np.concatenate([part[0] for part in found[strides:]])[keep].reshape(-1, 4, _BINS)
        sides = _expected_distance(bins) * stride[keep, None]
        corners = np.concatenate([centres[keep] - sides[:, :2], centres[keep] + sides[:, 2:]], axis=1)
        return corners.astype(np.float64), scores[keep].astype(np.float64)


def _whole_cells(side_px: int) -> int:
    """The length rounded up to cells of the largest stride, as the network takes it."""
    return -(-side_px // _STRIDES_PX[-1]) * _STRIDES_PX[-1]


def _corners(region: Box | None, picture: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part to look at, at least a pixel, within the picture."""
    height, width = picture.shape[:2]
    if region is None:
        return 0, 0, width, height
    inside = region.clipped(width, height)
    left, top = min(int(inside.left), width - 1), min(int(inside.top), height - 1)
    right = min(max(math.ceil(inside.left + inside.width), left + 1), width)
    bottom = min(max(math.ceil(inside.top + inside.height), top + 1), height)
    return left, top, right, bottom


@lru_cache(maxsize=256)
def _cells(rows_px: int, columns_px: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Centres (N x 2: x, y) and strides (N) of the cells of a canvas, stride by stride, row by row."""
    centres, strides = [], []
    for stride in _STRIDES_PX:
        x, y = np.meshgrid(np.arange(-(-columns_px // stride)), np.arange(-(-rows_px // stride)))
        centres.append((np.stack([x.ravel(), y.ravel()], axis=1) * stride + stride / 2).astype(np.float32))
        strides.append(np.full(x.size, stride, np.float32))
    return np.concatenate(centres), np.concatenate(strides)


def _expected_distance(bins: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of a softmax over distances of 0 to 10 cells (last axis)."""
    weights = np.exp(bins - bins.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.asarray(weights @ np.arange(_BINS, dtype=np.float32))
