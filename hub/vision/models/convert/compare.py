"""Says how far two ONNX networks' answers to the same input lie apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

OPEN_SIDE_PX = 416
"""What an open height or width is tried with."""


def _sides(shape: list[int | str]) -> list[int]:
    return [side if isinstance(side, int) else OPEN_SIDE_PX for side in shape]


def largest_difference(left: Path, right: Path, seed: int) -> float:
    """Return the largest absolute difference over all outputs for one random input, drawn evenly from -2 to 2, or from
    0 to 255 where a picture of whole numbers is asked for.

    Raises ValueError when the two do not have the same inputs and outputs.
    """
    sessions = [onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]) for path in (left, right)]
    shapes = [
        sorted((tensor.name, tuple(tensor.shape)) for tensor in (*session.get_inputs(), *session.get_outputs()))
        for session in sessions
    ]
    if shapes[0] != shapes[1]:
        raise ValueError(f"{left} has {shapes[0]}, {right} has {shapes[1]}")
    random = np.random.default_rng(seed)
    inputs = {
        tensor.name: random.integers(0, 256, _sides(tensor.shape), np.int32)
        if tensor.type == "tensor(int32)"
        else random.uniform(-2, 2, _sides(tensor.shape)).astype(np.float32)
        for tensor in sessions[0].get_inputs()
    }
    names = sorted(tensor.name for tensor in sessions[0].get_outputs())
    answers = [session.run(names, inputs) for session in sessions]
    return max(float(np.abs(one - other).max()) for one, other in zip(*answers, strict=True))
