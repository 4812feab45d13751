"""An ONNX network on the CPU: opened, its input described, run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.vision.detection.detections import DetectorError
from hub.vision.detection.heads import Outputs
from hub.vision.models.session import open_session

_ELEMENTS: dict[str, np.dtype[np.generic]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(uint8)": np.dtype(np.uint8),
}
_SIZE_INPUTS = frozenset({"orig_target_sizes", "target_sizes", "im_shape"})
"""What exports of RT-DETR call a second input: the size (width, height) to which they scale their boxes."""


@dataclass(frozen=True)
class PictureInput:
    """The input a picture goes into; sides in pixels, None where any will do."""

    name: str
    element: np.dtype[np.generic]
    channels_first: bool
    height: int | None
    width: int | None


class Network:
    """One network; may be run from one thread at a time, on ``threads`` cores.

    Raises DetectorError where the file is no ONNX network or none that takes one BGR or RGB picture.
    """

    def __init__(self, file: Path, threads: int = 1) -> None:
        self.file = file
        try:
            self._session = open_session(file, threads)
        except Exception as error:  # onnxruntime raises a dozen classes of its own
            raise DetectorError(
                f"检测模型 {file} 打不开：请确认它是完整的 ONNX 文件",
                f"the person detector's model {file} cannot be loaded, is it a whole ONNX file? {error}",
            ) from error
        self.input = self._picture_input()
        self.outputs = tuple(output.name for output in self._session.get_outputs())

    def run(self, tensor: NDArray[np.float32] | NDArray[np.float16] | NDArray[np.uint8]) -> Outputs:
        """What the network answers to a picture (1 x 3 x height x width, or channels last)."""
        height, width = tensor.shape[2:] if self.input.channels_first else tensor.shape[1:3]
        given: dict[str, NDArray[np.generic]] = {self.input.name: tensor}
        if self._size_input:
            given[self._size_input] = np.array([[width, height]], np.int64)
        try:
            answers = self._session.run(None, given)
        except Exception as error:  # onnxruntime raises a dozen classes of its own
            raise DetectorError(
                f"检测模型 {self.file} 不接受 {width}x{height} 的图像：请在检测器文件里写明 input_px",
                f"the model {self.file} does not take a picture of {width}x{height}: say input_px in the detector's "
                f"file: {error}",
            ) from error
        return {name: np.asarray(answer) for name, answer in zip(self.outputs, answers, strict=True)}

    def _picture_input(self) -> PictureInput:
        inputs = self._session.get_inputs()
        sizes = [each for each in inputs if each.name in _SIZE_INPUTS]
        pictures = [each for each in inputs if each.name not in _SIZE_INPUTS]
        self._size_input = sizes[0].name if sizes else None
        shapes = [f"{each.name} {each.type} {each.shape}" for each in inputs]
        if len(pictures) == 1 and len(pictures[0].shape) == 4 and pictures[0].type in _ELEMENTS:
            shape = [side if isinstance(side, int) and side > 0 else None for side in pictures[0].shape]
            batch, first, last = shape[0], shape[1], shape[3]
            if batch in (None, 1) and (first == 3 or last == 3):
                channels_first = first == 3
                height, width = shape[2:] if channels_first else shape[1:3]
                element = _ELEMENTS[pictures[0].type]
                return PictureInput(pictures[0].name, element, channels_first, height, width)
        raise DetectorError(
            f"检测模型 {self.file} 的输入不是一张图像（1x3x高x宽 或 1x高x宽x3，每次一张）：{'；'.join(shapes)}",
            f"the model {self.file} does not take one picture (1x3xheightxwidth or 1xheightxwidthx3, one at a time), "
            f"but {'; '.join(shapes)}: export it so",
        )
