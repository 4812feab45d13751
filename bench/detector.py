"""``python -m bench.detector``: what a look of the built-in detector costs and finds, in each number format.

Processor time of one thread, the median of ``--calls`` calls, the formats in turns: of a whole picture (640x480), of
two and of four regions in one call and in a call each, and of one of four cameras' pictures side by side in one call.
Average precision at IoU 0.5 is the detector's alone, on every ``--every``th picture of sequences in MOTChallenge's
layout (``--mot DIR``, each folder in it with a gt), the whole picture in each of SCALES of its full scale.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from hub.footage.sources.frames import open_recording
from hub.vision.boxes import Box
from hub.vision.detection.detections import Detector, Region
from hub.vision.detection.nanodet import NanoDet, NumberFormat, best_number_format
from hub.vision.detection.onnx_detector import OnnxDetector
from hub.vision.evaluation import motchallenge
from hub.vision.evaluation.detection import Found, average_precision

CAMERAS_AT_ONCE = 4
SCALES = (1.0, 0.75, 0.6, 0.5, 0.4, 0.3)
_WARM_CALLS = 4
_SIZE_PX = (640, 480)
_REGIONS = tuple(
    Region(box)
    for box in (Box(40, 120, 130, 220), Box(430, 60, 110, 190), Box(250, 240, 120, 220), Box(520, 270, 110, 200))
)
"""As far and near walkers have them, with what is added around them."""
Picture = NDArray[np.uint8]


class Costs(msgspec.Struct, frozen=True):
    """Milliseconds of processor time: of a whole look, of regions in one call and in a call each, of a camera's picture
    among four in one call."""

    whole_ms: float
    two_regions_ms: float
    two_regions_in_two_calls_ms: float
    four_regions_ms: float
    four_regions_in_four_calls_ms: float
    one_of_four_cameras_ms: float


class Report(msgspec.Struct, frozen=True):
    """By number format, and average precision by sequence, format and scale."""

    best_here: NumberFormat
    costs: dict[str, Costs]
    average_precision: dict[str, dict[str, dict[str, float]]]


def costs_of(detectors: dict[str, OnnxDetector], calls: int) -> dict[str, Costs]:
    """The formats take turns, so that a machine that wanders does so for all."""
    random = np.random.default_rng(3)
    picture = cv2.GaussianBlur(random.integers(0, 255, (_SIZE_PX[1], _SIZE_PX[0], 3), np.uint8), (0, 0), 3)
    street = np.asarray(picture, np.uint8)
    wall = np.tile(street, (2, 2, 1))
    looks: dict[str, Callable[[OnnxDetector], object]] = {
        "whole_ms": lambda detector: detector.detect(street),
        "two_regions_ms": lambda detector: detector.detect(street, _REGIONS[:2]),
        "two_regions_in_two_calls_ms": lambda detector: [detector.detect(street, [each]) for each in _REGIONS[:2]],
        "four_regions_ms": lambda detector: detector.detect(street, _REGIONS),
        "four_regions_in_four_calls_ms": lambda detector: [detector.detect(street, [each]) for each in _REGIONS],
    }
    spent: dict[str, dict[str, list[float]]] = {name: {look: [] for look in looks} for name in detectors}
    for turn in range(calls + _WARM_CALLS):
        for name, detector in detectors.items():
            for look, of in looks.items():
                took_ms = _spent_ms(lambda of=of, detector=detector: of(detector))  # type: ignore[misc]
                if turn >= _WARM_CALLS:
                    spent[name][look].append(took_ms)
    side_by_side = _side_by_side(wall, calls)
    return {
        name: Costs(
            **{look: round(statistics.median(times), 2) for look, times in spent[name].items()},
            one_of_four_cameras_ms=side_by_side[name],
        )
        for name in detectors
    }


def _side_by_side(wall: Picture, calls: int) -> dict[str, float]:
    """A picture's share of one call that shows four cameras' pictures, each at the size it has alone."""
    shares = {}
    for number_format in NumberFormat:
        detector = NanoDet(number_format, whole_px=416 * 2)
        times = [_spent_ms(lambda detector=detector: detector.detect(wall)) for _ in range(calls + _WARM_CALLS)]  # type: ignore[misc]
        shares[number_format.value] = round(statistics.median(times[_WARM_CALLS:]) / CAMERAS_AT_ONCE, 2)
    return shares


def _spent_ms(call: Callable[[], object]) -> float:
    began_s = time.thread_time()
    call()
    return (time.thread_time() - began_s) * 1000


def precision_of(detector: Detector, sequence: Path, every: int) -> dict[str, float]:
    """Average precision by scale, on every ``every``th picture. Raises SequenceError, SourceError."""
    truth = motchallenge.labels(sequence)
    found: dict[float, dict[int, list[Found]]] = {scale: {} for scale in SCALES}
    stream = open_recording(str(motchallenge.pictures(sequence)), started_at_us=0, looks_per_s=100.0)
    rate_hz = stream.frames_per_s or 25.0
    for frame in stream.frames():
        number = round(frame.media_us / 1e6 * rate_hz) + 1
        if (number - 1) % every == 0:
            picture = frame.pixels.bgr()
            everything = Box(0.0, 0.0, float(picture.shape[1]), float(picture.shape[0]))
            for scale in SCALES:
                seen = detector.detect(picture, None if scale == 1.0 else (Region(everything, scale),))
                boxes = zip(seen.boxes, seen.scores, strict=True)
                found[scale][number] = [Found(0, Box(*box), float(score)) for box, score in boxes]
    stream.close()
    labelled = {number: truth.get(number, []) for number in found[1.0]}
    return {str(scale): round(average_precision(labelled, found[scale]), 4) for scale in SCALES}


def measure(mot: Path | None, every: int, calls: int) -> Report:
    """All of it."""
    cv2.setNumThreads(1)
    detectors: dict[str, OnnxDetector] = {each.value: NanoDet(each) for each in NumberFormat}
    sequences: Sequence[Path] = sorted({gt.parent for gt in mot.glob("*/gt*")}) if mot is not None else ()
    precision = {
        sequence.name: {name: precision_of(detector, sequence, every) for name, detector in detectors.items()}
        for sequence in sequences
    }
    return Report(best_number_format(), costs_of(detectors, calls), precision)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="bench.detector", description=__doc__)
    parser.add_argument("--mot", type=Path, help="a folder of labelled sequences")
    parser.add_argument("--every", type=int, default=1, help="every which picture of them")
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    report = measure(given.mot, given.every, given.calls)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(report), indent=1 if given.json else 2).decode() + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
