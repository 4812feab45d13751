"""Real ONNX files of a few hundred bytes: answers that are constants, or the mean of each channel of the picture.

Written field by field as onnx.proto has them, so that the tests need no package for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CHANNEL_MEANS = "channel means"
"""Instead of an array: 1 x 1 x 3, the mean of each channel as it went in (1 x 3 x height x width)."""
_FLOAT, _UINT8, _INT64, _BOOL = 1, 2, 7, 9
_TYPES = {np.dtype(np.float32): _FLOAT, np.dtype(np.uint8): _UINT8, np.dtype(np.int64): _INT64}

Sides = tuple[int | str, ...]


def write(
    file: Path,
    answers: Mapping[str, NDArray[np.float32] | str],
    inputs: Mapping[str, tuple[type, Sides]] | None = None,
) -> Path:
    """A network of these answers; by default it takes a picture of 64 x 64."""
    inputs = inputs or {"images": (np.float32, (1, 3, 64, 64))}
    graph = _text(2, "tiny")
    for name, answer in answers.items():
        if isinstance(answer, str):
            mean = _attribute("axes", (2, 3)) + _attribute("keepdims", 0)
            graph += _part(1, _text(1, next(iter(inputs))) + _text(2, f"{name}/mean") + _text(4, "ReduceMean") + mean)
            graph += _part(1, _text(1, f"{name}/mean") + _text(1, "shape") + _text(2, name) + _text(4, "Reshape"))
            graph += _part(5, _tensor("shape", np.array((1, 1, 3))))
            graph += _part(12, _value(name, np.float32, (1, 1, 3)))
        else:
            graph += _part(1, _text(1, f"{name}/of") + _text(2, name) + _text(4, "Identity"))
            graph += _part(5, _tensor(f"{name}/of", answer))
            graph += _part(12, _value(name, answer.dtype.type, answer.shape))
    for name, (kind, sides) in inputs.items():
        graph += _part(11, _value(name, kind, sides))
    file.write_bytes(_number(1, 8) + _part(7, graph) + _part(8, _text(1, "") + _number(2, 13)))
    return file


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _part(field, text.encode())


def _attribute(name: str, value: int | tuple[int, ...]) -> bytes:
    if isinstance(value, int):
        return _part(5, _text(1, name) + _number(3, value) + _number(20, 2))
    return _part(5, _text(1, name) + b"".join(_number(8, each) for each in value) + _number(20, 7))


def _tensor(name: str, values: NDArray[np.generic]) -> bytes:
    dims = b"".join(_number(1, side) for side in values.shape)
    return dims + _number(2, _TYPES[values.dtype]) + _text(8, name) + _part(9, values.tobytes())


def _value(name: str, kind: type, sides: Sides) -> bytes:
    dims = b"".join(_part(1, _number(1, side) if isinstance(side, int) else _text(2, side)) for side in sides)
    return _text(1, name) + _part(2, _part(1, _number(1, _TYPES[np.dtype(kind)]) + _part(2, dims)))


def write_endless(file: Path, answer: NDArray[np.float32]) -> Path:
    """A network that answers this to a picture of one grey level (1 x 3 x 64 x 64), and to any other never."""
    body = _text(2, "body")
    for of, name in (("go on", "still"), ("value", "kept")):
        body += _part(1, _text(1, of) + _text(2, name) + _text(4, "Identity"))
    body += _part(11, _text(1, "turn") + _scalar(_INT64)) + _part(11, _text(1, "go on") + _scalar(_BOOL))
    body += _part(11, _value("value", np.float32, answer.shape))
    body += _part(12, _text(1, "still") + _scalar(_BOOL)) + _part(12, _value("kept", np.float32, answer.shape))
    graph = _text(2, "endless")
    for name, kind in (("most", "ReduceMax"), ("least", "ReduceMin")):
        graph += _part(1, _text(1, "images") + _text(2, name) + _text(4, kind) + _attribute("keepdims", 0))
    graph += _part(1, _text(1, "most") + _text(1, "least") + _text(2, "differs") + _text(4, "Greater"))
    graph += _part(
        1,
        _text(1, "turns") + _text(1, "differs") + _text(1, "given") + _text(2, "out") + _text(4, "Loop")
        + _part(5, _text(1, "body") + _part(6, body) + _number(20, 5)),
    )  # fmt: skip
    graph += _part(5, _tensor("turns", np.array(1 << 62))) + _part(5, _tensor("given", answer))
    graph += _part(11, _value("images", np.float32, (1, 3, 64, 64))) + _part(
        12, _value("out", np.float32, answer.shape)
    )
    file.write_bytes(_number(1, 8) + _part(7, graph) + _part(8, _text(1, "") + _number(2, 13)))
    return file


def _scalar(element: int) -> bytes:
    return _part(2, _part(1, _number(1, element) + _part(2, b"")))
