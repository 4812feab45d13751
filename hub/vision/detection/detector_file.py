"""A detector's description: which ONNX file, which head, how a picture goes in; read from a JSON file beside it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from hub.vision.detection.detections import DetectorError
from hub.vision.detection.heads import BoxForm, Head

BUILT_IN = ("auto", "float32", "int8")
"""What the setting may say instead of a file: the built-in detector, in the best number format or in this one."""
MOST_BYTES = 16_384
"""A longer file is no detector's description."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Side = Annotated[int, msgspec.Meta(ge=32, le=4096)]
Stride = Annotated[int, msgspec.Meta(ge=1, le=256)]


class Fit(StrEnum):
    """How a picture of other proportions is brought to the input's."""

    LETTERBOX = "letterbox"
    """As large as it fits, ``empty`` around it."""
    STRETCH = "stretch"


class DetectorFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must be known of a detector; see docs/vision.md for what each family usually has.

    ``input_px`` is width and height of a whole picture; needed where the network leaves them open, and then a smaller
    part costs less. ``mean`` and ``divide_by`` are in the order of the channels as the network takes them.
    """

    onnx: str
    head: Head
    input_px: tuple[Side, Side] | None = None
    person_class: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    rgb: bool = True
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    divide_by: float | tuple[float, float, float] = 255.0
    fit: Fit = Fit.LETTERBOX
    empty: Annotated[int, msgspec.Meta(ge=0, le=255)] = 114
    enough_height_px: Annotated[int, msgspec.Meta(ge=8, le=4096)] | None = None
    """A person so high on the input is found as well as a larger one; None where nobody has measured it."""
    cell_px: Stride = 32
    """Where the network leaves its sides open, they are made multiples of this: its largest stride."""
    outputs: Annotated[tuple[str, ...], msgspec.Meta(max_length=16)] = ()
    """The outputs the head reads, in its order; all of the network's by default."""
    strides_px: Annotated[tuple[Stride, ...], msgspec.Meta(min_length=1, max_length=6)] = (8, 16, 32)
    cell_offset: Share = 0.5
    """Where a cell's point lies (nanodet): 0.5 its middle, 0 its corner as NanoDet-Plus has it."""
    boxes: BoxForm | None = None
    share_of_canvas: bool | None = None
    sigmoid: bool | None = None
    same_person_overlap: Share | None = None
    """Boxes that overlap more are one person; 0.6, and 0.9 for heads that thin out themselves."""

    def __post_init__(self) -> None:
        if min(self.divisors) <= 0:
            raise ValueError(f"divide_by must be above 0: {self.divide_by}")

    @property
    def divisors(self) -> tuple[float, float, float]:
        by = self.divide_by
        return by if isinstance(by, tuple) else (by, by, by)

    @property
    def overlap_of_one(self) -> float:
        if self.same_person_overlap is not None:
            return self.same_person_overlap
        return 0.9 if self.head in (Head.RT_DETR, Head.YOLOV10) else 0.6


def read(path: Path) -> tuple[DetectorFile, Path]:
    """The description in the JSON file at ``path``, and where its ONNX file is. Raises DetectorError."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DetectorError(
            f"检测器文件 {path} 读不了：请检查 vision_detector 写的路径",
            f"the detector's file {path} cannot be read, check the path in vision_detector: {error}",
        ) from error
    if len(content) > MOST_BYTES:
        raise DetectorError(
            f"检测器文件 {path} 太大：这里要的是 JSON 说明，ONNX 文件在其中用 onnx 写明",
            f"the detector's file {path} is too large: a JSON description is wanted here, which names the ONNX file",
        )
    try:
        described = msgspec.json.decode(content, type=DetectorFile)
    except msgspec.MsgspecError as error:  # not JSON, or not these fields
        raise DetectorError(
            f"检测器文件 {path} 写得不对：{error}；写法见 docs/vision.md",
            f"the detector's file {path} is not as docs/vision.md has it: {error}",
        ) from error
    network = path.parent / described.onnx
    if not network.is_file():
        raise DetectorError(
            f"检测器文件 {path} 里写的模型 {network} 不存在：请把 ONNX 文件放在它旁边",
            f"the model {network}, which {path} names, is not there: put the ONNX file beside it",
        )
    return described, network
