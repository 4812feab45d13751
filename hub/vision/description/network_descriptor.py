"""Descriptors of any network that turns a person's picture into numbers: re-identification, or a picture-text model.

What the network answers is brought to length 1, averaged over the views, and compressed to BYTES numbers whose cosines
are near its own: by directions learned from pictures (learning/learn_compression.py), or turned at random, the same way
at every start (Johnson and Lindenstrauss, 1984). An answer of BYTES numbers or fewer stays as it is.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.description.descriptor import BYTES, to_bytes
from hub.vision.description.descriptor_file import DescriptorError, DescriptorFiles
from hub.vision.description.naming import network_name
from hub.vision.description.view import View, ViewError, crop_of
from hub.vision.detection.detections import DetectorError
from hub.vision.detection.network import Network

_SEED = 64
_MOST_NUMBERS = 1 << 16

Numbers = NDArray[np.float32]


class NetworkDescriptor:
    """One network, tried on a grey picture at once; serves one thread at a time. Raises DescriptorError."""

    takes_stripes = False

    def __init__(self, files: DescriptorFiles, *, threads: int = 1) -> None:
        self._files, self._described = files, files.described
        try:
            self._network = Network(files.network, threads)
        except DetectorError as error:
            raise DescriptorError(error.message, error.message_en) from error
        width, height = self._network.input.width, self._network.input.height
        size_px = self._described.input_px if width is None or height is None else (width, height)
        if size_px is None:
            raise DescriptorError(
                f"模型 {files.network} 没有固定的输入尺寸：请在 {files.description} 里写明 input_px，如 [128, 256]",
                f"the model {files.network} leaves the size of its input open: say input_px in {files.description}, "
                "for example [128, 256]",
            )
        self._seen: WeakKeyDictionary[View, Numbers] = WeakKeyDictionary()
        """Of views that somebody keeps: a person is described when told and when gone, partly from the same views."""
        self._size_px = size_px
        width, height = size_px
        tried = self._numbers(np.full((height, width, 3), 128, np.uint8))
        if not np.isfinite(tried).all():
            raise DescriptorError(
                f"模型 {files.network} 对灰色图片给出的不是有限的数",
                f"the model {files.network} says no finite numbers of a grey picture",
            )
        self._directions = self._compression(len(tried))
        self.name = network_name(files)

    def of(self, views: Sequence[View], _stripes: Sequence[Numbers], weights: NDArray[np.float64]) -> bytes:
        """As ``Descriptor`` has it, of views of which the network says finite numbers.

        Raises ViewError where there is none, or a view is without a picture.
        """
        seen = np.stack([self.seen(view) for view in views])
        said = np.isfinite(seen).all(axis=1)
        if not said.any():
            raise ViewError(f"the network {self._files.network} says no finite numbers of any view")
        mean = np.asarray(weights[said] @ seen[said], np.float32)
        return to_bytes(np.asarray(mean @ self._directions, np.float32))

    def seen(self, view: View) -> Numbers:
        """What the network says of a view, of length 1, before it is compressed; not finite where that is not."""
        found = self._seen.get(view)
        if found is None:
            crop = crop_of(view)
            shrinks = crop.shape[0] > self._size_px[1]
            way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            found = self._seen[view] = self._numbers(
                np.asarray(cv2.resize(crop, self._size_px, interpolation=way), np.uint8)
            )
        return found

    def _numbers(self, picture: NDArray[np.uint8]) -> Numbers:
        described, taken = self._described, self._network.input
        channels = picture[..., ::-1] if described.rgb else picture
        values = (channels.astype(np.float32) - np.array(described.mean, np.float32)) / np.array(
            described.divisors, np.float32
        )
        tensor = values.transpose(2, 0, 1) if taken.channels_first else values
        answers = self._network.run(np.ascontiguousarray(tensor[None], taken.element))
        name = described.output or self._network.outputs[0]
        if name not in answers:
            raise DescriptorError(
                f"模型 {self._files.network} 没有输出 {name}，有：{'、'.join(answers)}",
                f"the model {self._files.network} has no output {name}, but {', '.join(answers)}",
            )
        answer = np.asarray(answers[name], np.float32)
        if answer.ndim == 4:  # a map: what is at one height of the body is one, from side to side
            answer = answer.mean(axis=3 if taken.channels_first else 2)
        numbers = answer.ravel()
        if not 1 < len(numbers) <= _MOST_NUMBERS:
            raise DescriptorError(
                f"模型 {self._files.network} 的输出 {name}（{answer.shape}）不是一组数",
                f"the output {name} of the model {self._files.network} ({answer.shape}) is no list of numbers",
            )
        with np.errstate(invalid="ignore"):  # infinite numbers have no direction
            return np.asarray(numbers / (np.linalg.norm(numbers) + 1e-9), np.float32)

    def _compression(self, numbers: int) -> Numbers:
        """Directions, ``numbers`` x BYTES."""
        file = self._files.compression
        if file is None:
            if numbers <= BYTES:
                return np.eye(numbers, BYTES, dtype=np.float32)
            turned, _ = np.linalg.qr(np.random.default_rng(_SEED).standard_normal((numbers, BYTES)))
            return np.asarray(turned, np.float32)
        try:
            with np.load(file) as stored:
                directions = np.asarray(stored["projection"], np.float32)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise DescriptorError(
                f"压缩文件 {file} 读不了", f"the compression {file} cannot be read: {error}"
            ) from error
        if directions.shape != (numbers, BYTES):
            raise DescriptorError(
                f"{file} 是为另一个模型学的：{directions.shape}，这里要 {(numbers, BYTES)}",
                f"{file} was learned for another model: {directions.shape}, here {(numbers, BYTES)} is wanted",
            )
        return directions
