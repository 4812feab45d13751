"""Finds 17 points of a person's body with MoveNet, to tell upper from lower clothing: no identity is in them."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.vision.description.view import COLUMNS, ROWS, Picture
from hub.vision.models import path
from hub.vision.models.session import open_session

MODEL = "movenet-lightning"
_INPUT = 192
_MARGIN_ROWS = 16
_SIDE = ROWS + 2 * _MARGIN_ROWS
_MARGIN_COLUMNS = (_SIDE - COLUMNS) // 2

Points = NDArray[np.float32]
"""17 x 3: row and column in a picture of ROWS x COLUMNS (a point may lie outside), and the network's score, 0..1."""


class Point(IntEnum):
    """Rows of Points that are used here, COCO's order; "left" is the person's own."""

    NOSE = 0
    LEFT_EAR, RIGHT_EAR = 3, 4
    LEFT_SHOULDER, RIGHT_SHOULDER = 5, 6
    LEFT_ELBOW, RIGHT_ELBOW = 7, 8
    LEFT_WRIST, RIGHT_WRIST = 9, 10
    LEFT_HIP, RIGHT_HIP = 11, 12
    LEFT_KNEE, RIGHT_KNEE = 13, 14
    LEFT_ANKLE, RIGHT_ANKLE = 15, 16


class BodyPoints:
    """The network, loaded once; ``threads`` is how many processor threads one picture may use."""

    def __init__(self, models_dir: Path | None = None, threads: int = 1) -> None:
        """Raises FileNotFoundError when ``models_dir`` holds no movenet-lightning.onnx."""
        file = path(MODEL) if models_dir is None else models_dir / f"{MODEL}.onnx"
        if not file.is_file():
            raise FileNotFoundError(f"the network of body points is missing: {file}")
        self._session = open_session(file, threads)
        self._input_name = self._session.get_inputs()[0].name

    def of(self, person: Picture) -> Points:
        """The points of the person in a BGR picture of ROWS x COLUMNS, on a square whose edges go on."""
        square = cv2.copyMakeBorder(
            person, _MARGIN_ROWS, _MARGIN_ROWS, _MARGIN_COLUMNS, _MARGIN_COLUMNS, cv2.BORDER_REPLICATE
        )
        asked = cv2.resize(square, (_INPUT, _INPUT), interpolation=cv2.INTER_LINEAR)[:, :, ::-1].astype(np.int32)
        points = np.array(self._session.run(None, {self._input_name: asked[None]})[0], np.float32).reshape(17, 3)
        points[:, 0] = points[:, 0] * _SIDE - _MARGIN_ROWS
        points[:, 1] = points[:, 1] * _SIDE - _MARGIN_COLUMNS
        return points
