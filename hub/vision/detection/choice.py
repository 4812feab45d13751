"""Which detector looks: the setting's word for the built-in one in a number format, or another one's file."""

from __future__ import annotations

from pathlib import Path

from hub.vision.detection.detector_file import BUILT_IN, read
from hub.vision.detection.nanodet import NanoDet, NumberFormat
from hub.vision.detection.onnx_detector import OnnxDetector

AUTO = BUILT_IN[0]


def open_detector(choice: str = AUTO, *, threads: int = 1) -> OnnxDetector:
    """The detector of one of the words in BUILT_IN or of the detector's file at this path. Raises DetectorError."""
    if choice in BUILT_IN:
        return NanoDet(None if choice == AUTO else NumberFormat(choice), threads=threads)
    described, network = read(Path(choice))
    return OnnxDetector(described, network, threads=threads)
