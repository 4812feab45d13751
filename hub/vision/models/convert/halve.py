"""Stores an ONNX model's weights as float16 where that loses nothing; the runtime widens them once, at load."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import numpy_helper

SMALLEST_WORTH_HALVING = 64
"""Elements; smaller weights stay float32, because the extra node would weigh as much as it saves."""


def halve(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy in which every large float32 weight that float16 holds exactly is float16 followed by a Cast.

    Weights that float16 cannot hold bit for bit are left as they are, so the model computes what it computed before.
    """
    halved = onnx.ModelProto()
    halved.CopyFrom(model)
    widenings = []
    for weight in halved.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < SMALLEST_WORTH_HALVING:
            continue
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if half.astype(np.float32).tobytes() != values.tobytes():
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(half, f"{name}/half"))
        widenings.append(
            onnx.helper.make_node("Cast", [weight.name], [name], name=f"{name}/widen", to=onnx.TensorProto.FLOAT)
        )
    nodes = [*widenings, *halved.graph.node]
    del halved.graph.node[:]
    halved.graph.node.extend(nodes)
    onnx.checker.check_model(halved, full_check=True)
    return halved
