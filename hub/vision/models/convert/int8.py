"""Makes the detector's int8 network: bytes in and out of each convolution, ranges from pictures of simulated films.

Weights are signed bytes with a scale for each output channel, activations unsigned bytes with one range for each tensor
(ranges.py; static quantisation in QDQ form, which ONNX Runtime turns into integer kernels at load). The last
convolutions, whose answers are scores and distances, stay in float32: that costs 0.4 of 8 ms and keeps precision.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)

from hub.vision.models.convert.ranges import best_ranges, pictures

_CHANNELS_FIRST_SIDES = slice(2, None)


class _Pictures(CalibrationDataReader):
    """Calibration pictures, one at a time."""

    def __init__(self, input_name: str, calibration: Path) -> None:
        self._left = ({input_name: picture} for picture in pictures(calibration))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:  # type: ignore[override]  # its end is None
        return next(self._left, None)


def to_int8(float_network: Path, calibration: Path, out: Path) -> None:
    """Write the int8 form of the detector at ``float_network``; ``calibration`` is what calibration.py wrote."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        _plain(float_network, plain)
        model = onnx.load(plain)
        fold_pool_padding(model)
        onnx.save(model, plain)
        in_float = left_in_float(model)
        tensors = [name for node in model.graph.node if node.name not in in_float for name in node.output]
        found = best_ranges(model, [model.graph.input[0].name, *tensors], calibration)
        overrides = {
            tensor: [{"rmin": np.float32(low), "rmax": np.float32(high)}] for tensor, (low, high) in found.items()
        }
        quantize_static(
            plain,
            out,
            _Pictures(model.graph.input[0].name, calibration),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=in_float,
            extra_options={"TensorQuantOverrides": overrides},
        )


def _plain(network: Path, out: Path) -> None:
    """The network with its float16 weights widened and its paddings folded into the convolutions."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(out)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def fold_pool_padding(model: onnx.ModelProto) -> None:
    """Give each pool its own padding: as a node of its own it is of minus infinity, which no range of bytes holds."""
    values = {each.name: each for each in model.graph.initializer}
    makers = {output: node for node in model.graph.node for output in node.output}
    for pool in [node for node in model.graph.node if node.op_type == "MaxPool"]:
        pad = makers.get(pool.input[0])
        if pad is None or pad.op_type != "Pad":
            continue
        amounts = numpy_helper.to_array(values[pad.input[1]]).reshape(2, -1)[:, _CHANNELS_FIRST_SIDES]
        pool.input[0] = pad.input[0]
        for attribute in [each for each in pool.attribute if each.name in ("pads", "auto_pad")]:
            pool.attribute.remove(attribute)
        pool.attribute.append(onnx.helper.make_attribute("pads", [int(amount) for amount in amounts.ravel()]))
        model.graph.node.remove(pad)
    read = {name for node in model.graph.node for name in node.input}
    for unread in [each for each in model.graph.initializer if each.name not in read]:
        model.graph.initializer.remove(unread)


def left_in_float(model: onnx.ModelProto) -> list[str]:
    """Every node from the last convolutions to the outputs."""
    makers = {output: node for node in model.graph.node for output in node.output}
    wanted, names = [output.name for output in model.graph.output], set()
    while wanted:
        node = makers.get(wanted.pop())
        if node is None or node.name in names:
            continue
        names.add(node.name)
        if node.op_type != "Conv":
            wanted += node.input
    return sorted(names)
