"""A detector of one ONNX network: the picture or parts of it onto a canvas, one call, boxes back in the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Boxes
from hub.vision.detection.detections import NOBODY, Detections, DetectorError, Region, Things
from hub.vision.detection.detector_file import DetectorFile, Fit
from hub.vision.detection.heads import Candidates, HeadError, Wanted, decode
from hub.vision.detection.network import Network
from hub.vision.detection.packing import Canvas, pack, whole

LEAST_SCORE = 0.1
"""Low, since the tracker makes good use of doubtful boxes (see tracking/tracker.py)."""
MOST_CANDIDATES = 3000
"""Cells that score enough; with more the best are taken, so that noise does not cost seconds."""


class OnnxDetector:
    """Any network of a usual head, on the CPU; may be called from one thread at a time, and uses ``threads`` cores.

    Raises DetectorError where file and network do not belong together: an empty picture is tried at once, and with
    open sides an empty part.
    """

    def __init__(self, described: DetectorFile, file: Path, *, threads: int = 1, least_score: float = LEAST_SCORE):
        self._described = described
        self._network = Network(file, threads)
        self._least_score = least_score
        self._fixed = self._fixed_size()
        self._side_px = self._fixed or described.input_px or (0, 0)
        if not all(self._side_px):
            raise DetectorError(
                f"检测模型 {file} 没有固定的输入尺寸：请在检测器文件里写明 input_px，如 [640, 640]",
                f"the model {file} leaves the size of its input open: say input_px in the detector's file, "
                "for example [640, 640]",
            )
        self._try(*self._side_px)
        if self._fixed is None:
            self._try_a_part()

    @property
    def name(self) -> str:
        """What looks, for logs and metrics."""
        return f"{self._network.file.stem} ({self._described.head.value})"

    def enough_height_px(self, size_px: tuple[int, int]) -> float:
        """As ``Detector`` has it."""
        enough = self._described.enough_height_px
        return math.inf if self._fixed or enough is None else enough / self._scale(size_px)[1]

    def detect(self, picture: NDArray[np.uint8], regions: Sequence[Region] | None = None) -> Detections:
        """As ``Detector`` has it. Raises DetectorError where the network answers otherwise than before."""
        if regions is not None and not len(regions):
            return NOBODY
        size_px = (picture.shape[1], picture.shape[0])
        canvas, most = self._canvas(size_px, regions), self._canvas(size_px, None)
        found = self._look(picture, canvas, (self._described.person_class,), self._least_score)
        return Detections(found.boxes, found.scores, canvas.pixels / most.pixels)

    def things(self, picture: NDArray[np.uint8], classes: Sequence[int], least_score: float = LEAST_SCORE) -> Things:
        """Things of these classes (numbers as the network has them) in a BGR picture, such as one person's crop.

        The picture's longer side is scaled to the network's, also where it is smaller: a crop is looked at enlarged.
        """
        canvas = self._canvas((picture.shape[1], picture.shape[0]), None)
        return self._look(picture, canvas, tuple(classes), least_score)

    def _look(self, picture: NDArray[np.uint8], canvas: Canvas, classes: tuple[int, ...], least_score: float) -> Things:
        found = self._candidates(canvas.paint(picture, self._described.empty), classes, least_score)
        corners, parts = canvas.back(found.corners)
        boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
        seen = (parts >= 0) & (boxes[:, 2] > 0) & (boxes[:, 3] > 0)
        boxes, scores, parts = boxes[seen], found.scores[seen], parts[seen]
        rows: list[NDArray[np.int64]] = []
        for column in range(len(classes)):
            rows.append(self._once_each(boxes, scores[:, column], least_score))
        columns = np.repeat(np.arange(len(classes)), [len(each) for each in rows])
        chosen = np.concatenate(rows)
        whose = ~canvas.cut_off(boxes[chosen], parts[chosen], (picture.shape[1], picture.shape[0]))
        chosen, columns = chosen[whose], columns[whose]
        best = np.argsort(-scores[chosen, columns], kind="stable")
        chosen, columns = chosen[best], columns[best]
        return Things(boxes[chosen], scores[chosen, columns], np.array(classes, np.int64)[columns])

    def _scale(self, size: tuple[int, int]) -> tuple[float, float]:
        """Of a whole picture of this width and height, across and down."""
        scales = self._side_px[0] / size[0], self._side_px[1] / size[1]
        return scales if self._described.fit is Fit.STRETCH else (min(scales), min(scales))

    def _canvas(self, size: tuple[int, int], regions: Sequence[Region] | None) -> Canvas:
        scale = self._scale(size)
        if regions is not None and self._fixed is None:
            packed = pack(size, regions, scale, self._described.cell_px)
            if packed is not None:
                return packed
        return whole(size, scale, self._fixed, self._described.cell_px)

    def _candidates(self, canvas: NDArray[np.uint8], classes: tuple[int, ...], least_score: float) -> Candidates:
        described = self._described
        wanted = Wanted(
            classes,
            least_score,
            described.strides_px,
            described.cell_offset,
            described.boxes,
            described.share_of_canvas,
            described.sigmoid,
        )
        answers = self._network.run(self._tensor(canvas))
        try:
            found = decode(described.head, answers, described.outputs, (canvas.shape[0], canvas.shape[1]), wanted)
        except HeadError as error:
            raise DetectorError(
                f"检测模型 {self._network.file} 的输出与 head {described.head.value} 不符：请核对检测器文件里的 "
                "head、outputs、person_class、strides_px",
                f"the model {self._network.file} does not answer as the head {described.head.value} does, check "
                f"head, outputs, person_class and strides_px in the detector's file: {error}",
            ) from error
        if len(found.scores) <= MOST_CANDIDATES:
            return found
        best = np.argsort(-found.scores.max(axis=1))[:MOST_CANDIDATES]
        return Candidates(found.corners[best], found.scores[best])

    def _tensor(self, canvas: NDArray[np.uint8]) -> NDArray[np.float32] | NDArray[np.float16] | NDArray[np.uint8]:
        """The canvas (height x width x 3, BGR) as the network takes it; bytes go in as they are."""
        into = self._network.input
        if into.element == np.uint8:
            turned = canvas[:, :, ::-1] if self._described.rgb else canvas
            return np.ascontiguousarray(turned.transpose(2, 0, 1) if into.channels_first else turned)[None]
        planes = tensor_of(canvas, self._described)
        tensor = planes if into.channels_first else np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
        return tensor if into.element == np.float32 else tensor.astype(np.float16)

    def _once_each(self, boxes: Boxes, scores: NDArray[np.float64], least_score: float) -> NDArray[np.int64]:
        """Rows that remain when whatever overlaps a better one too much is left out, best first."""
        limit = self._described.overlap_of_one
        return np.asarray(cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), least_score, limit), np.int64).reshape(-1)

    def _try(self, width: int, height: int) -> None:
        blank = np.full((height, width, 3), self._described.empty, np.uint8)
        self._candidates(blank, (self._described.person_class,), self._least_score)

    def _try_a_part(self) -> None:
        """The smallest part that is packed, and an odd number of cells: who takes only twice a cell is found out."""
        cell_px = self._described.cell_px
        for width in (3 * cell_px, cell_px):
            try:
                self._try(width, cell_px)
            except DetectorError as error:
                raise DetectorError(
                    f"检测模型 {self._network.file} 不接受 {width}x{cell_px} 的局部图像：请在检测器文件里把 cell_px "
                    f"（现为 {cell_px}）改大，如 {2 * cell_px}，或导出固定输入尺寸的模型",
                    f"the model {self._network.file} does not take a part of {width}x{cell_px}: say a larger cell_px "
                    f"in the detector's file, for example {2 * cell_px}, or export it with fixed sides: "
                    f"{error.message_en}",
                ) from error

    def _fixed_size(self) -> tuple[int, int] | None:
        """Width and height where the network takes no others."""
        into, wished = self._network.input, self._described.input_px
        if into.width is None or into.height is None:
            return None
        if wished is not None and wished != (into.width, into.height):
            raise DetectorError(
                f"检测模型 {self._network.file} 的输入是 {into.width}x{into.height}，不是 {wished[0]}x{wished[1]}："
                "请改 input_px",
                f"the model {self._network.file} takes {into.width}x{into.height}, not {wished[0]}x{wished[1]}: "
                "change input_px",
            )
        return into.width, into.height


def tensor_of(canvas: NDArray[np.uint8], described: DetectorFile) -> NDArray[np.float32]:
    """A BGR canvas as 1 x 3 x height x width numbers: in the network's order of channels, mean off, divided."""
    planes = np.empty((1, 3, *canvas.shape[:2]), np.float32)
    for place, channel in enumerate((2, 1, 0) if described.rgb else (0, 1, 2)):
        mean, divisor = described.mean[place], described.divisors[place]
        np.multiply(canvas[:, :, channel], np.float32(1 / divisor), out=planes[0, place])
        planes[0, place] -= np.float32(mean / divisor)
    return planes
