"""Learns how a network's answers are best kept in 64 bytes: run with a descriptor's file and where to write.

``python -m hub.vision.description.learning.learn_compression FILE.json compression.npz [--crops DIR]``: the directions
in which the answers are largest (singular value decomposition, not centred: of all projections it changes the cosines'
products least, Eckart and Young, 1936). From drawn people, or from pictures of people of one's own, without labels.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.description.descriptor import BYTES
from hub.vision.description.descriptor_file import read
from hub.vision.description.learning.drawing import draw
from hub.vision.description.learning.wardrobe import invent
from hub.vision.description.network_descriptor import NetworkDescriptor
from hub.vision.description.view import View

_DRAWN = 600
_SEED = 1


def learn(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    """The directions, N x BYTES, of answers of N numbers each; 0 beyond as many as there are."""
    _, _, directions = np.linalg.svd(answers, full_matrices=False)
    kept = directions[:BYTES].T
    return np.asarray(np.pad(kept, ((0, 0), (0, BYTES - kept.shape[1]))), np.float32)


def drawn_people(count: int) -> Iterator[NDArray[np.uint8]]:
    rng = np.random.default_rng(_SEED)
    for _ in range(count):
        yield draw(invent(rng), rng)[0]


def crops_in(folder: Path) -> Iterator[NDArray[np.uint8]]:
    for path in sorted(folder.glob("*.jpg")) + sorted(folder.glob("*.png")):
        picture = cv2.imread(str(path))
        if picture is not None:
            yield np.asarray(picture, np.uint8)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="the descriptor's file")
    parser.add_argument("out", type=Path, help="the .npz to write; name it as compression in the descriptor's file")
    parser.add_argument("--crops", type=Path, help="pictures of people, one each, instead of drawn ones")
    given = parser.parse_args()
    descriptor = NetworkDescriptor(read(given.file))
    pictures = drawn_people(_DRAWN) if given.crops is None else crops_in(given.crops)
    views = [View(each, (0, 0, each.shape[1], each.shape[0]), False, 1.0) for each in pictures]
    if not views:
        parser.exit(2, f"{given.crops} holds no .jpg or .png\n")
    np.savez_compressed(given.out, projection=learn(np.stack([descriptor.seen(view) for view in views])))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
