"""Where on the level ground people stand and how high things above it are, from a calibrated camera's picture.

The camera is a pinhole ``camera_height_m`` above level ground, tilted ``tilt_deg`` (t) below the horizon
(devices/protocol, Calibration). A pixel (u, v) looks along the ray that, in forward (level), right and down, is

    forward = cos t - y sin t,   right = x,   down = sin t + y cos t,   with x = (u - cx) / f, y = (v - cy) / f

The foot's ray meets the ground after a length s = camera height / down, so the foot is s * forward ahead and s * right
to the right. A standing person's head is straight above: the head's ray has come down by (foot's forward / forward) *
down when it is as far ahead, and the height is the camera's height less that. (Criminisi, Reid and Zisserman, "Single
view metrology", 2000, derive the same from vanishing points.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import BoxAt, Calibration

_EDGE_PX = 2.0
_EDGE_SHARE = 0.08
"""A box that ends within this share of its height of the frame's lower or upper edge may be cut by it: of people whose
feet the edge cuts, the detector's boxes end 1 % of their height before it in the median and 7 % at the 99th percentile
(simulated community of another seed than the one that is scored)."""

Metres = NDArray[np.float64]
Pixels = NDArray[np.float64]


@dataclass(frozen=True)
class _Rays:
    """Directions through pixels: N each."""

    forward: NDArray[np.float64]
    right: NDArray[np.float64]
    down: NDArray[np.float64]


@dataclass(frozen=True)
class Feet:
    """Where N boxes stand and how sure that is: metres ahead of the camera and to its right; not a number: nowhere.

    ``pixel_m`` is how far the foot goes when the box's lower edge goes a pixel of the frame.
    """

    ahead_m: Metres
    right_m: Metres
    pixel_m: Metres


class Boxes:
    """N boxes of a frame as the calibrated picture's pixels: middle, top and bottom; ``pixel`` is a frame's pixel."""

    def __init__(
        self, calibration: Calibration, boxes: Sequence[BoxAt], frame_width_px: int, frame_height_px: int
    ) -> None:
        scale_x, self.pixel = calibration.width_px / frame_width_px, calibration.height_px / frame_height_px
        self.middle: Pixels = np.array([(box.left + box.width / 2) * scale_x for box in boxes], float)
        self.top: Pixels = np.array([box.top * self.pixel for box in boxes], float)
        self.bottom: Pixels = np.array([(box.top + box.height) * self.pixel for box in boxes], float)


def feet(calibration: Calibration, boxes: Boxes) -> Feet:
    """Where the boxes' lower edges meet the ground."""
    ahead, right = _meets(calibration, boxes.middle, boxes.bottom)
    further, aside = _meets(calibration, boxes.middle, boxes.bottom - boxes.pixel)
    return Feet(ahead, right, np.hypot(further - ahead, aside - right))


def heights(calibration: Calibration, middle: Pixels, top: Pixels, bottom: Pixels) -> tuple[Metres, Metres]:
    """Heights and distances ahead, metres; not a number where the geometry gives none."""
    foot, head = _rays(calibration, middle, bottom), _rays(calibration, middle, top)
    possible = (foot.down > 1e-6) & (foot.forward > 1e-6) & (head.forward > 1e-6)
    with np.errstate(divide="ignore", invalid="ignore"):
        ahead = calibration.camera_height_m / foot.down * foot.forward
        tall = calibration.camera_height_m - ahead / head.forward * head.down
    return np.where(possible, tall, np.nan), np.where(possible, ahead, np.inf)


def foot_is_seen(box: BoxAt, frame_height_px: int) -> bool:
    """Whether the box ends well above the frame's lower edge."""
    return box.top + box.height < frame_height_px - max(_EDGE_PX, _EDGE_SHARE * box.height)


def head_is_seen(box: BoxAt, frame_width_px: int) -> bool:
    """Whether the box begins well below the frame's upper edge, and neither side is cut."""
    beside = box.left > _EDGE_PX and box.left + box.width < frame_width_px - _EDGE_PX
    return beside and box.width > 0 and box.height > 0 and box.top > max(_EDGE_PX, _EDGE_SHARE / 2 * box.height)


def _meets(calibration: Calibration, u: Pixels, v: Pixels) -> tuple[Metres, Metres]:
    ray = _rays(calibration, u, v)
    possible = (ray.down > 1e-6) & (ray.forward > 1e-6)
    with np.errstate(divide="ignore", invalid="ignore"):
        length = np.where(possible, calibration.camera_height_m / ray.down, np.nan)
    return length * ray.forward, length * ray.right


def _rays(calibration: Calibration, u: Pixels, v: Pixels) -> _Rays:
    x = (u - calibration.center_x_px) / calibration.focal_px
    y = (v - calibration.center_y_px) / calibration.focal_px
    tilt = math.radians(calibration.tilt_deg)
    return _Rays(forward=math.cos(tilt) - y * math.sin(tilt), right=x, down=math.sin(tilt) + y * math.cos(tilt))
