"""Tells the person's pixels from the background's with MediaPipe's selfie segmentation network."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from hub.vision.description.view import COLUMNS, ROWS, Picture, Weights
from hub.vision.models.session import open_session

MODEL = "selfie.onnx"
DEFAULT_MODELS_DIR = Path(__file__).parent.parent / "models"
_INPUT = 256
_PAD = 0.25
"""Margin of repeated edge pixels on every side: without it the network misses some people who fill the picture."""


class PersonMask:
    """The network, loaded once; ``threads`` is how many processor threads one picture may use."""

    def __init__(self, models_dir: Path | None = None, threads: int = 1) -> None:
        path = (models_dir or DEFAULT_MODELS_DIR) / MODEL
        if not path.is_file():
            raise FileNotFoundError(f"the person mask's network is missing: {path}")
        self._session = open_session(path, threads)
        self._input_name = self._session.get_inputs()[0].name

    def of(self, person: Picture) -> Weights:
        """How surely each pixel is the person's, 0..1, float32 ROWS x COLUMNS, for a picture of that size."""
        rows, columns = round(ROWS * _PAD), round(COLUMNS * _PAD)
        padded = cv2.copyMakeBorder(person, rows, rows, columns, columns, cv2.BORDER_REPLICATE)
        blob = cv2.resize(padded, (_INPUT, _INPUT), interpolation=cv2.INTER_LINEAR)[:, :, ::-1].astype(np.float32) / 255
        answer = np.asarray(self._session.run(None, {self._input_name: blob[None]})[0]).reshape(_INPUT, _INPUT)
        mask = cv2.resize(np.nan_to_num(answer), (COLUMNS + 2 * columns, ROWS + 2 * rows))
        return np.asarray(np.clip(mask[rows : rows + ROWS, columns : columns + COLUMNS], 0.0, 1.0), np.float32)
