"""One picture of a person as the pipeline hands it over, and the same at the fixed size that the rest works on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 128, 64
"""The size every person is brought to, in pixels; two to one is the shape of a walking person's box."""

Picture = NDArray[np.uint8]
Weights = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class View:
    """A person in one frame.

    ``picture``: uint8 BGR, H x W x 3, the person with about a quarter of margin. ``box``: left, top, width, height of
    the person in that picture, pixels. ``cut``: the frame's edge cuts the person. ``score``: the detector's, 0..1.
    """

    picture: Picture
    box: tuple[float, float, float, float]
    cut: bool
    score: float


class ViewError(ValueError):
    """A view that holds no picture of a person; says what is wrong with it."""


def crop_of(view: View) -> Picture:
    """The box's content as uint8 BGR, as large as it is. Raises ViewError when the box lies outside the picture."""
    if view.picture.ndim != 3 or view.picture.shape[2] != 3:
        raise ViewError(f"a picture is H x W x 3, not {view.picture.shape}")
    left, top, width, height = view.box
    rows, columns = view.picture.shape[:2]
    x0, x1 = max(0, round(left)), min(columns, round(left + width))
    y0, y1 = max(0, round(top)), min(rows, round(top + height))
    if x1 - x0 < 2 or y1 - y0 < 4:
        raise ViewError(f"box {view.box} holds too few pixels of a picture {columns} wide and {rows} high")
    return view.picture[y0:y1, x0:x1]


def person_at_fixed_size(view: View) -> Picture:
    """The box's content as uint8 BGR, ROWS x COLUMNS x 3. Raises ViewError when the box lies outside the picture."""
    crop = crop_of(view)
    if crop.shape[:2] == (ROWS, COLUMNS):
        return crop
    shrinks = crop.shape[0] > ROWS
    return np.asarray(
        cv2.resize(crop, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.uint8
    )
