"""How tall a person is, and so whether a child, from boxes in a calibrated camera's picture (ground.py)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from devices.protocol.sightings import BoxAt, Calibration
from hub.vision.description.ground import Boxes, Metres, foot_is_seen, head_is_seen, heights

WHOLE_SHARE = 1 / 3
"""Of who walks along the lower edge a box ends above it now and then; fewer whole ones than this are not believed."""
_PLAUSIBLE_M = (0.5, 2.3)
_FARTHEST_M = 80.0
_BOX_ERROR_M = 0.02
"""What remains however long the path is: hair, shoes and the detector's habit of drawing boxes."""
_SURELY_NO_CHILD = 0.2
_UPPER_SHARE = 0.75


@dataclass(frozen=True)
class Height:
    """A person's height and its standard error, metres."""

    height_m: float
    error_m: float


def estimate_height(
    calibration: Calibration, boxes: Sequence[BoxAt], frame_width_px: int, frame_height_px: int
) -> Height | None:
    """The median height over the boxes, or None when too few show a whole person on the ground near enough.

    Boxes are in pixels of a frame of the given size, which may differ from the calibration's. The error joins the
    spread over the path, what one pixel at head and foot is worth, and a fixed share that no number of boxes removes.
    It knows nothing of an error in the calibration.
    """
    heads = [box for box in boxes if head_is_seen(box, frame_width_px)]
    whole = [box for box in heads if foot_is_seen(box, frame_height_px)]
    if len(whole) < WHOLE_SHARE * len(heads):
        return None
    measured = _measured(calibration, Boxes(calibration, whole, frame_width_px, frame_height_px))
    if measured is None:
        return None
    height = _weighted_quantile(measured.heights_m, 1 / measured.pixel_m, 0.5)
    spread = 1.4826 * float(np.median(np.abs(measured.heights_m - height)))
    looks = max(1.0, len(measured.heights_m) / 3)
    error = math.hypot(spread / math.sqrt(looks), float(np.median(measured.pixel_m)), _BOX_ERROR_M)
    return Height(height_m=height, error_m=error)


def child_likelihood(height: Height | None) -> float | None:
    """How likely the person is a child, 0..1, by height alone; None without a height.

    The chance that the true height lies under a border around 1.42 m that is itself 6 cm soft: about 2.5 standard
    deviations under the mean of China's adult women (158.0 cm, national nutrition report 2020), where most children up
    to ten stand. A grown-looking twelve-year-old is not told from an adult.
    """
    if height is None:
        return None
    away = (1.42 - height.height_m) / math.hypot(height.error_m, 0.06)
    return 0.5 * (1 + math.erf(away / math.sqrt(2)))


def child_without_feet(
    calibration: Calibration, boxes: Sequence[BoxAt], frame_width_px: int, frame_height_px: int
) -> float | None:
    """How likely somebody whose feet were never in the picture is a child: little, or None where that is not sure.

    Who stands nearer than the lower edge shows is taller than a box that ends there says: that is the least they are.
    """
    heads = [box for box in boxes if head_is_seen(box, frame_width_px)]
    measured = _measured(calibration, Boxes(calibration, heads, frame_width_px, frame_height_px))
    if measured is None:
        return None
    least_m = _weighted_quantile(measured.heights_m, 1 / measured.pixel_m, _UPPER_SHARE)
    error_m = math.hypot(float(np.median(measured.pixel_m)), _BOX_ERROR_M)
    likely = child_likelihood(Height(least_m, error_m))
    return likely if likely is not None and likely < _SURELY_NO_CHILD else None


class _Measured(NamedTuple):
    """Each box's height, and what one pixel at head and foot is worth."""

    heights_m: Metres
    pixel_m: Metres


def _measured(calibration: Calibration, boxes: Boxes) -> _Measured | None:
    """What the boxes on the ground near enough say; None when there are none."""
    middle, top, bottom, pixel = boxes.middle, boxes.top, boxes.bottom, boxes.pixel
    tall, distances = heights(calibration, middle, top, bottom)
    one_pixel = np.hypot(
        heights(calibration, middle, top + pixel, bottom)[0] - tall,
        heights(calibration, middle, top, bottom + pixel)[0] - tall,
    )
    good = np.isfinite(tall) & np.isfinite(one_pixel) & (distances < _FARTHEST_M)
    good &= (tall > _PLAUSIBLE_M[0]) & (tall < _PLAUSIBLE_M[1])
    return _Measured(tall[good], one_pixel[good]) if good.any() else None


def _weighted_quantile(values: Metres, weights: Metres, share: float) -> float:
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(sums, sums[-1] * share)])
