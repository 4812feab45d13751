"""Which detector looks: the setting's word for the built-in one in a number format, or another one's file."""

from __future__ import annotations

from pathlib import Path

from hub.vision.detection.detector_file import read
from hub.vision.detection.nanodet import NanoDet, NumberFormat
from hub.vision.detection.onnx_detector import OnnxDetector

AUTO = "auto"
"""The built-in detector, in the number format that is best on this processor."""


def open_detector(choice: str = AUTO, *, threads: int = 1) -> OnnxDetector:
    """The detector of ``auto``, ``float32``, ``int8`` or the path of a detector's file. Raises DetectorError."""
    if choice == AUTO:
        return NanoDet(threads=threads)
    if choice in {each.value for each in NumberFormat}:
        return NanoDet(NumberFormat(choice), threads=threads)
    described, network = read(Path(choice))
    return OnnxDetector(described, network, threads=threads)
