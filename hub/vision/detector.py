"""Person detection: a picture in, boxes of persons with scores out (NanoDet-g 416 by ONNX Runtime).

Pre- and post-processing follow NanoDet (RangiLyu, 2020, Apache-2.0): letterbox to 416, per-channel normalisation, and
for each cell of strides 8, 16 and 32 a score per class and a distribution over 11 distances to each of four sides
(generalised focal loss, Li et al. 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from hub.vision.boxes import Boxes

MODEL = Path(__file__).parent / "models" / "nanodet.onnx"

_SIDE_PX = 416
_STRIDES_PX = (8, 16, 32)
_BINS = 11
_PERSON = 0
_MEAN = np.array((103.53, 116.28, 123.675), np.float32)  # BGR, as NanoDet was trained
_DEVIATION = np.array((57.375, 57.12, 58.395), np.float32)


class DetectorError(RuntimeError):
    """The detector's model cannot be loaded; says which file and why."""


@dataclass(frozen=True)
class Detections:
    """What was found in one picture: N boxes in its pixels, clipped to it, and N scores 0..1, best first."""

    boxes: Boxes
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.scores)


NOBODY = Detections(np.zeros((0, 4)), np.zeros(0))


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
        scores: dict[int, str] = {}
        distances: dict[int, str] = {}
        for output in self._session.get_outputs():
            (distances if output.shape[2] == 4 * _BINS else scores)[output.shape[1]] = output.name
        cells = [(_SIDE_PX // stride) ** 2 for stride in _STRIDES_PX]
        self._outputs = [scores[count] for count in cells] + [distances[count] for count in cells]
        self._centres = np.concatenate([_cell_centres(stride) for stride in _STRIDES_PX])
        self._strides = np.concatenate(
            [np.full(count, s, np.float32) for count, s in zip(cells, _STRIDES_PX, strict=True)]
        )
        self._canvas = np.zeros((_SIDE_PX, _SIDE_PX, 3), np.uint8)
        self._least_score = least_score
        self._same_person_overlap = same_person_overlap

    def detect(self, picture: NDArray[np.uint8]) -> Detections:
        """Persons in a BGR picture (height x width x 3)."""
        height, width = picture.shape[:2]
        scale = _SIDE_PX / max(height, width)
        inner_width, inner_height = max(1, round(width * scale)), max(1, round(height * scale))
        left, top = (_SIDE_PX - inner_width) // 2, (_SIDE_PX - inner_height) // 2
        self._canvas[:] = 0
        way = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
        self._canvas[top : top + inner_height, left : left + inner_width] = cv2.resize(
            picture, (inner_width, inner_height), interpolation=way
        )
        tensor = np.ascontiguousarray(((self._canvas - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None])
        found = [np.asarray(part) for part in self._session.run(self._outputs, {self._input: tensor})]
        strides = len(_STRIDES_PX)
        scores = np.concatenate([part[0, :, _PERSON] for part in found[:strides]])
        keep = np.flatnonzero(scores >= self._least_score)
        if keep.size == 0:
            return NOBODY
        bins = np.concatenate([part[0] for part in found[strides:]])[keep].reshape(-1, 4, _BINS)
        sides = _expected_distance(bins) * self._strides[keep, None]
        centres = self._centres[keep]
        corners = np.concatenate([centres - sides[:, :2], centres + sides[:, 2:]], axis=1).astype(np.float64)
        corners = (corners - (left, top, left, top)) * ((width / inner_width, height / inner_height) * 2)
        corners = np.clip(corners, 0, (width, height, width, height))
        boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
        chosen = np.asarray(
            cv2.dnn.NMSBoxes(boxes.tolist(), scores[keep].tolist(), self._least_score, self._same_person_overlap),
            dtype=int,
        ).reshape(-1)
        return Detections(boxes[chosen], scores[keep][chosen].astype(np.float64))


def _cell_centres(stride_px: int) -> NDArray[np.float32]:
    """Centres of a square grid of cells, row by row, N x 2 (x, y)."""
    count = _SIDE_PX // stride_px
    line = np.arange(count, dtype=np.float32) * stride_px + stride_px / 2
    x, y = np.meshgrid(line, line)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _expected_distance(bins: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of a softmax over distances of 0 to 10 cells (last axis)."""
    weights = np.exp(bins - bins.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.asarray(weights @ np.arange(_BINS, dtype=np.float32))
