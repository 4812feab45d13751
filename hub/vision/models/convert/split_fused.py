"""Splits TensorFlow.js's fused convolutions back into convolution, bias and activation, which tf2onnx knows."""

from __future__ import annotations

from typing import Any

_PLAIN = {"_FusedConv2D": "Conv2D", "FusedDepthwiseConv2dNative": "DepthwiseConv2dNative"}
_KEPT = ("T", "strides", "padding", "data_format", "dilations", "explicit_paddings")


def split_fused(definition: Any) -> Any:
    """Return a copy of a ``tensorflow.GraphDef`` without fused convolutions; what they computed is computed still.

    The last node of each chain keeps the fused one's name, so nothing else changes. Raises ValueError for a fusion
    of anything but one bias and at most one activation.
    """
    split = type(definition)()
    for node in definition.node:
        if node.op not in _PLAIN:
            split.node.add().CopyFrom(node)
            continue
        fused = [name.decode() for name in node.attr["fused_ops"].list.s]
        if fused[:1] != ["BiasAdd"] or len(fused) > 2 or len(node.input) != 3:
            raise ValueError(
                f"{node.name} fuses {', '.join(fused)} with {len(node.input)} inputs, which is not read here"
            )
        picture, weights, bias = node.input
        convolved = split.node.add(name=f"{node.name}/convolved", op=_PLAIN[node.op], input=[picture, weights])
        for key in _KEPT:
            if key in node.attr:
                convolved.attr[key].CopyFrom(node.attr[key])
        biased_name = node.name if len(fused) == 1 else f"{node.name}/biased"
        biased = split.node.add(name=biased_name, op="BiasAdd", input=[convolved.name, bias])
        biased.attr["T"].CopyFrom(node.attr["T"])
        if len(fused) == 2:
            active = split.node.add(name=node.name, op=fused[1], input=[biased_name])
            active.attr["T"].CopyFrom(node.attr["T"])
    return split
