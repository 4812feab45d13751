"""Declares that a fully convolutional ONNX model takes pictures of any size, where the source fixed one."""

from __future__ import annotations

import onnx

_CHANNELS_FIRST_RANK = 4


def any_size(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy whose input's height and width, and whose outputs' cell counts, are left open.

    Only declarations change: no node of such a model holds a size (its resizes are by scale, its reshapes end in -1).
    The network works for sides that are multiples of its largest stride.
    """
    opened = onnx.ModelProto()
    opened.CopyFrom(model)
    for value in opened.graph.input:
        sides = value.type.tensor_type.shape.dim
        if len(sides) == _CHANNELS_FIRST_RANK:
            for side, name in zip(sides[2:], ("height", "width"), strict=True):
                side.dim_param = name
    for value in opened.graph.output:
        value.type.tensor_type.shape.dim[1].dim_param = "cells_" + value.name.split(":")[0]
    del opened.graph.value_info[:]
    onnx.checker.check_model(opened, full_check=True)
    return opened
