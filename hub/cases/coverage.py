"""What a search could not see: cameras off line, masked parts of pictures, hours that were deleted."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec
import numpy as np

from devices.protocol.sightings import Polygon
from hub.footage.playback.past import bounded
from hub.registry.records import Camera
from hub.sightings.messages import CameraMasked, CameraOffLine, Coverage
from hub.vision.blind_times import BlindTimes
from hub.vision.camera_view import CameraView

_GRID = 48
"""A masked share is counted on so many points a side: to about 2 %."""
_LEAST_SHARE = 0.005
MOST_SPANS = 20
"""Of one camera in one answer; beyond it the shortest times between are told as off line, too."""
HOUR_US = 3_600_000_000


def completed(
    coverage: Coverage,
    cameras: Iterable[Camera],
    off_line: tuple[CameraOffLine, ...],
    frames_shed: int,
    forgotten: Iterable[tuple[int, int]],
) -> Coverage:
    """``coverage`` with what is known of the ``cameras`` asked, and which of the hours asked were ``forgotten``."""
    shares = {one.camera_id: masked_share(tuple(mask.points for mask in one.masks)) for one in cameras}
    return msgspec.structs.replace(
        coverage,
        cameras_off_line=off_line,
        cameras_masked=tuple(
            CameraMasked(camera_id=camera_id, share=round(share, 3))
            for camera_id, share in sorted(shares.items())
            if share >= _LEAST_SHARE
        ),
        frames_shed=frames_shed,
        hours_deleted=sum((until_us - since_us) // HOUR_US for since_us, until_us in forgotten),
    )


def off_line_between(
    views: Iterable[CameraView], blind: BlindTimes, since_us: int, until_us: int
) -> tuple[CameraOffLine, ...]:
    """Of live cameras those that nobody looked through at some time between; none before it was enrolled."""
    found = []
    for view in views:
        if view.recording:
            continue
        enrolled_us = blind.enrolled_at_us(view.camera_id) or 0
        spans = blind.of(view.camera_id, max(since_us, enrolled_us), until_us)
        if spans:
            found.append(
                CameraOffLine(
                    camera_id=view.camera_id,
                    since_at_ms=None if view.looked_at else view.since_at_ms,
                    is_now=not view.looked_at,
                    spans_ms=tuple((start // 1000, end // 1000) for start, end in bounded(spans, MOST_SPANS - 1)),
                )
            )
    return tuple(found)


@lru_cache(maxsize=4096)
def masked_share(polygons: tuple[Polygon, ...]) -> float:
    """The share of the picture that lies in any of the polygons, whose points are shares of width and height."""
    x, y = np.meshgrid(*[(np.arange(_GRID) + 0.5) / _GRID] * 2)
    masked = np.zeros((_GRID, _GRID), np.bool_)
    for polygon in polygons:
        within = np.zeros_like(masked)
        for (x1, y1), (x2, y2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
            if y1 != y2:  # even-odd rule: how many edges a ray to the right crosses
                within ^= ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) * (x2 - x1) / (y2 - y1))
        masked |= within
    return float(masked.mean())
