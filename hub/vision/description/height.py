"""How tall a person is and where on the map they stand, from boxes in a calibrated camera's picture.

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
"""A box this near to the frame's edge may be cut by it."""
_PLAUSIBLE_M = (0.5, 2.3)
_FARTHEST_M = 80.0
_BOX_ERROR_M = 0.02
"""What remains however long the path is: hair, shoes and the detector's habit of drawing boxes."""
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Height:
    """A person's height and its standard error, metres."""

    height_m: float
    error_m: float


@dataclass(frozen=True)
class _Rays:
    """Directions through pixels: N each."""

    forward: NDArray[np.float64]
    right: NDArray[np.float64]
    down: NDArray[np.float64]


def estimate_height(
    calibration: Calibration, boxes: Sequence[BoxAt], frame_width_px: int, frame_height_px: int
) -> Height | None:
    """The median height over the boxes, or None when none shows a whole person on the ground near enough.

    Boxes are in pixels of a frame of the given size, which may differ from the calibration's. The error joins the
    spread over the path, what one pixel at head and foot is worth, and a fixed share that no number of boxes removes.
    """
    whole = [box for box in boxes if _is_whole(box, frame_width_px, frame_height_px)]
    if not whole:
        return None
    scale_x, scale_y = calibration.width_px / frame_width_px, calibration.height_px / frame_height_px
    middle = np.array([(box.left + box.width / 2) * scale_x for box in whole])
    top = np.array([box.top * scale_y for box in whole])
    bottom = np.array([(box.top + box.height) * scale_y for box in whole])
    heights, distances = _heights(calibration, middle, top, bottom)
    one_pixel = np.hypot(
        _heights(calibration, middle, top + scale_y, bottom)[0] - heights,
        _heights(calibration, middle, top, bottom + scale_y)[0] - heights,
    )
    good = np.isfinite(heights) & np.isfinite(one_pixel) & (distances < _FARTHEST_M)
    good &= (heights > _PLAUSIBLE_M[0]) & (heights < _PLAUSIBLE_M[1])
    if not good.any():
        return None
    heights, one_pixel = heights[good], one_pixel[good]
    height = _weighted_median(heights, 1 / one_pixel)
    spread = 1.4826 * float(np.median(np.abs(heights - height)))
    looks = max(1.0, len(heights) / 3)
    error = math.hypot(spread / math.sqrt(looks), float(np.median(one_pixel)), _BOX_ERROR_M)
    return Height(height_m=height, error_m=error)


def foot_on_map(calibration: Calibration, box: BoxAt) -> tuple[float, float] | None:
    """Latitude and longitude of the middle of the box's lower edge (pixels of the calibration's picture).

    None when that point is not on the ground within sight. Short distances: the earth is taken as flat.
    """
    ray = _rays(calibration, np.array([box.left + box.width / 2]), np.array([box.top + box.height]))
    if ray.down[0] <= 0:
        return None
    length = calibration.camera_height_m / ray.down[0]
    forward, right = float(length * ray.forward[0]), float(length * ray.right[0])
    if forward <= 0 or math.hypot(forward, right) > _FARTHEST_M * 2:
        return None
    heading = math.radians(calibration.heading_deg)
    north = forward * math.cos(heading) - right * math.sin(heading)
    east = forward * math.sin(heading) + right * math.cos(heading)
    latitude = calibration.latitude + north / _METRES_PER_DEGREE
    longitude = calibration.longitude + east / (_METRES_PER_DEGREE * math.cos(math.radians(calibration.latitude)))
    return latitude, longitude


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


def _is_whole(box: BoxAt, frame_width_px: int, frame_height_px: int) -> bool:
    return (
        box.width > 0
        and box.height > 0
        and box.left > _EDGE_PX
        and box.top > _EDGE_PX
        and box.left + box.width < frame_width_px - _EDGE_PX
        and box.top + box.height < frame_height_px - _EDGE_PX
    )


def _rays(calibration: Calibration, u: NDArray[np.float64], v: NDArray[np.float64]) -> _Rays:
    x = (u - calibration.center_x_px) / calibration.focal_px
    y = (v - calibration.center_y_px) / calibration.focal_px
    tilt = math.radians(calibration.tilt_deg)
    return _Rays(forward=math.cos(tilt) - y * math.sin(tilt), right=x, down=math.sin(tilt) + y * math.cos(tilt))


def _heights(
    calibration: Calibration, middle: NDArray[np.float64], top: NDArray[np.float64], bottom: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heights and distances ahead, metres; not a number where the geometry gives none."""
    foot, head = _rays(calibration, middle, bottom), _rays(calibration, middle, top)
    possible = (foot.down > 1e-6) & (foot.forward > 1e-6) & (head.forward > 1e-6)
    with np.errstate(divide="ignore", invalid="ignore"):
        ahead = calibration.camera_height_m / foot.down * foot.forward
        heights = calibration.camera_height_m - ahead / head.forward * head.down
    return np.where(possible, heights, np.nan), np.where(possible, ahead, np.inf)


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    share = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(share, share[-1] / 2)])
