"""What every person detector is asked and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hub.vision.boxes import Box, Boxes


class DetectorError(RuntimeError):
    """A detector cannot be used: which file, what is wrong with it and what to do, in Chinese and in English."""

    def __init__(self, message: str, message_en: str) -> None:
        super().__init__(f"{message} / {message_en}")
        self.message = message
        self.message_en = message_en


class Region(NamedTuple):
    """A part of the picture to look at, ``scale`` times as large as in a look at the whole (0 to 1)."""

    box: Box
    scale: float = 1.0


@dataclass(frozen=True)
class Detections:
    """What was found in one picture: N boxes in its pixels, clipped to it, and N scores 0..1, best first.

    ``canvas_share`` is what the look cost: the network's input in pixels, of what a whole picture takes.
    """

    boxes: Boxes
    scores: NDArray[np.float64]
    canvas_share: float = 1.0

    def __len__(self) -> int:
        return len(self.scores)


NOBODY = Detections(np.zeros((0, 4)), np.zeros(0), canvas_share=0.0)


@dataclass(frozen=True)
class Things:
    """Things found in one picture: N boxes in its pixels, N scores 0..1, best first, and of which class each is."""

    boxes: Boxes
    scores: NDArray[np.float64]
    classes: NDArray[np.int64]


class Detector(Protocol):
    """Finds persons; called from one thread at a time."""

    def enough_height_px(self, size_px: tuple[int, int]) -> float:
        """How high a person need stand in a picture of this width and height: who is higher may be made smaller.

        Infinite where the network takes nothing smaller, so that nothing would be saved.
        """
        ...

    def detect(self, picture: NDArray[np.uint8], regions: Sequence[Region] | None = None) -> Detections:
        """Persons in a BGR picture (height x width x 3), or in these regions of it.

        Who lies in two regions is found once. No regions: nobody is looked for; None: the whole picture. Where the
        regions would cost as much as the whole picture, the whole is looked at.
        """
        ...
