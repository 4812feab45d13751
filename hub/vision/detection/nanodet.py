"""The built-in detector: NanoDet-g 416 (RangiLyu, 2020, Apache-2.0), in the number format this processor is best at."""

from __future__ import annotations

import re
from enum import IntEnum, StrEnum
from pathlib import Path

from hub.vision.detection.detector_file import DetectorFile
from hub.vision.detection.heads import Head
from hub.vision.detection.onnx_detector import LEAST_SCORE, OnnxDetector
from hub.vision.models import path


class NumberFormat(StrEnum):
    """What the network computes in."""

    FLOAT32 = "float32"
    INT8 = "int8"


class Thing(IntEnum):
    """Those of the network's 80 classes (COCO's) that are of use here."""

    PERSON = 0
    BACKPACK = 24
    UMBRELLA = 25
    HANDBAG = 26
    SUITCASE = 28


_NETWORKS = {NumberFormat.FLOAT32: "nanodet", NumberFormat.INT8: "nanodet-int8"}
_DOT_PRODUCT_OF_BYTES = frozenset({"avx512_vnni", "avx_vnni", "asimddp"})
"""Processor features with which int8 is the faster: VNNI of x86-64, the dot product of ARMv8.2."""


WHOLE_PX = 416
"""The longer side of a whole picture, as the network was trained."""

_ENOUGH_HEIGHT_PX = 64
"""By average precision in smaller and smaller scales (``python -m bench.detector``; docs/vision.md has the table)."""


def described(number_format: NumberFormat, whole_px: int = WHOLE_PX) -> DetectorFile:
    """How the built-in network takes a picture, as it was trained; MODELS.md has its inputs and outputs."""
    return DetectorFile(
        onnx=f"{_NETWORKS[number_format]}.onnx",
        head=Head.NANODET,
        input_px=(whole_px, whole_px),
        rgb=False,
        mean=(103.53, 116.28, 123.675),
        divide_by=(57.375, 57.12, 58.395),
        empty=0,
        enough_height_px=_ENOUGH_HEIGHT_PX,
        outputs=("Identity:0", "Identity_1:0", "Identity_2:0", "Identity_3:0", "Identity_4:0", "Identity_5:0"),
    )


class NanoDet(OnnxDetector):
    """Persons and the 79 other things of COCO; ``number_format`` by default the best of this processor."""

    def __init__(
        self,
        number_format: NumberFormat | None = None,
        *,
        threads: int = 1,
        least_score: float = LEAST_SCORE,
        whole_px: int = WHOLE_PX,
    ) -> None:
        self.number_format = number_format or best_number_format()
        file = path(_NETWORKS[self.number_format])
        super().__init__(described(self.number_format, whole_px), file, threads=threads, least_score=least_score)

    @property
    def name(self) -> str:
        return f"nanodet {self.number_format.value}"


def best_number_format(cpuinfo: Path = Path("/proc/cpuinfo")) -> NumberFormat:
    """int8 where the processor multiplies bytes and adds them up in one instruction, float32 elsewhere."""
    try:
        said = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux
        return NumberFormat.FLOAT32
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.*)$", said, re.MULTILINE)
    features = frozenset(flags.group(1).split()) if flags else frozenset()
    return NumberFormat.INT8 if features & _DOT_PRODUCT_OF_BYTES else NumberFormat.FLOAT32
