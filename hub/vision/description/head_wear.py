"""Whether a head is covered, told only by what no hair is like: a patch of a vivid colour where the hair would be.

So a yellow school cap or a red helmet is told, and a black, grey, white or brown hat is not: it is not judged, as
nobody without a hat is. No face is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from hub.vision.description.view import View

LEAST_HEIGHT_PX = 60.0
MOST_VIEWS = 4
_LEAST_LIKELY = 0.6
_ROWS, _COLUMNS = 48, 64
_ABOVE, _BELOW = -0.08, 0.28
"""The part of the person looked at, in heights from the top of the box; a head is a seventh of a height (Drillis and
Contini, 1966), so 18 of these rows and 14 of these columns."""
_ASIDE = 0.24
"""And to each side of its middle, in heights."""
_VIVID, _LIGHT = 30.0, 25.0
"""Chroma and lightness (CIE L*a*b*) of a patch that is no hair."""
_SKIN_HUE_DEG, _SKIN_CHROMA = (20.0, 78.0), 48.0
"""Skin, brown and red hair lie between these hues, below this chroma."""
_LEAST_SIZE, _MOST_SIZE = (9, 6), (30, 26)
"""Columns and rows of a patch as large as a cap."""
_LOWEST_MIDDLE, _LEAST_FILLED = 25, 0.5
_OFF_MIDDLE = 14


def head_wear_of(views: Sequence[View]) -> float | None:
    """How likely the head is covered; None where that cannot be told. Best views first.

    A patch in n of m views makes it (n + 1) / (m + 2) (Laplace's rule of succession), told from 0.6 on.
    """
    heads = [view for view in views if view.box[3] >= LEAST_HEIGHT_PX and not view.cut][:MOST_VIEWS]
    likely = (sum(_has_patch(view) for view in heads) + 1) / (len(heads) + 2)
    return round(likely, 3) if likely >= _LEAST_LIKELY else None


def _has_patch(view: View) -> bool:
    """Whether a vivid patch, as large as a cap and apart from all else, lies where the hair would be."""
    left, top, width, height = view.box
    scale = _ROWS / ((_BELOW - _ABOVE) * height)
    middle = left + width / 2
    x0, x1 = (round(middle + side * _ASIDE * height) for side in (-1, 1))
    y0, y1 = (round(top + share * height) for share in (_ABOVE, _BELOW))
    rows, columns = view.picture.shape[:2]
    part = view.picture[max(y0, 0) : min(y1, rows), max(x0, 0) : min(x1, columns)]
    if part.shape[0] < 4 or part.shape[1] < 4:
        return False
    across = (_COLUMNS, _ROWS)
    move = np.array([[scale, 0, -x0 * scale], [0, scale, -y0 * scale]])
    head = cv2.warpAffine(view.picture, move, across, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    lab = cv2.cvtColor(head.astype(np.float32) / np.float32(255), cv2.COLOR_BGR2LAB)
    chroma, hue = np.hypot(lab[..., 1], lab[..., 2]), np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    skin = (hue > _SKIN_HUE_DEG[0]) & (hue < _SKIN_HUE_DEG[1]) & (chroma < _SKIN_CHROMA)
    vivid = ((chroma > _VIVID) & (lab[..., 0] > _LIGHT) & ~skin).astype(np.uint8)
    _, _, stats, middles = cv2.connectedComponentsWithStats(vivid, connectivity=4)
    for (x, y, wide, high, area), (centre_x, centre_y) in zip(stats[1:].tolist(), middles[1:].tolist(), strict=True):
        sized = _LEAST_SIZE[0] <= wide <= _MOST_SIZE[0] and _LEAST_SIZE[1] <= high <= _MOST_SIZE[1]
        apart = x > 0 and x + wide < _COLUMNS and y + high < _ROWS
        placed = abs(centre_x - _COLUMNS / 2) < _OFF_MIDDLE and centre_y < _LOWEST_MIDDLE
        if sized and apart and placed and area >= _LEAST_FILLED * wide * high:
            return True
    return False
