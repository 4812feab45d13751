"""A descriptor's description: which ONNX file, how a person's picture goes in, what comes out; from a JSON file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

MOST_BYTES = 16_384
"""A longer file is no descriptor's description."""

Side = Annotated[int, msgspec.Meta(ge=8, le=1024)]


class DescriptorError(RuntimeError):
    """A descriptor cannot be used: which file, what is wrong with it and what to do, in Chinese and in English."""

    def __init__(self, message: str, message_en: str) -> None:
        super().__init__(f"{message} / {message_en}")
        self.message = message
        self.message_en = message_en


class DescriptorFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must be known of a network that describes people; docs/vision.md says what each family usually has.

    ``mean`` and ``divide_by`` are in the order of the channels as the network takes them, of pixels from 0 to 255.
    ``input_px`` is width and height; needed where the network leaves them open. ``compression`` names an .npz beside
    it (learning/learn_compression.py); without one the numbers are turned at random (network_descriptor.py).
    """

    onnx: str
    input_px: tuple[Side, Side] | None = None
    output: str | None = None
    """The network's first one by default; whatever its shape, its numbers are taken in order."""
    rgb: bool = True
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    divide_by: float | tuple[float, float, float] = 255.0
    compression: str | None = None

    def __post_init__(self) -> None:
        if min(self.divisors) <= 0:
            raise ValueError(f"divide_by must be above 0: {self.divide_by}")

    @property
    def divisors(self) -> tuple[float, float, float]:
        by = self.divide_by
        return by if isinstance(by, tuple) else (by, by, by)


@dataclass(frozen=True)
class DescriptorFiles:
    """A description read, and where everything is."""

    described: DescriptorFile
    description: Path
    network: Path
    compression: Path | None


def read(path: Path) -> DescriptorFiles:
    """The description in the JSON file at ``path`` and what it names. Raises DescriptorError."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DescriptorError(
            f"描述器文件 {path} 读不了：请检查 vision_descriptor 写的路径",
            f"the descriptor's file {path} cannot be read, check the path in vision_descriptor: {error}",
        ) from error
    if len(content) > MOST_BYTES:
        raise DescriptorError(
            f"描述器文件 {path} 太大：这里要的是 JSON 说明，ONNX 文件在其中用 onnx 写明",
            f"the descriptor's file {path} is too large: a JSON description is wanted here, which names the ONNX file",
        )
    try:
        described = msgspec.json.decode(content, type=DescriptorFile)
    except msgspec.MsgspecError as error:  # not JSON, or not these fields
        raise DescriptorError(
            f"描述器文件 {path} 写得不对：{error}；写法见 docs/vision.md",
            f"the descriptor's file {path} is not as docs/vision.md has it: {error}",
        ) from error
    network = path.parent / described.onnx
    compression = None if described.compression is None else path.parent / described.compression
    for named in (network, compression):
        if named is not None and not named.is_file():
            raise DescriptorError(
                f"描述器文件 {path} 里写的 {named} 不存在：请把它放在旁边",
                f"{named}, which {path} names, is not there: put it beside it",
            )
    return DescriptorFiles(described, path, network, compression)
