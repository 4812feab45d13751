"""One sighting as an officer sees it within a case: with where the person was in the picture."""

from __future__ import annotations

import msgspec

from devices.protocol.sightings import Sighting
from hub.sightings.messages import SightingSummary


class PathBox(msgspec.Struct, frozen=True, kw_only=True):
    """Pixels of the stream's picture, so long after the sighting began."""

    offset_ms: int
    left: float
    top: float
    width: float
    height: float


class SightingView(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to ``GET /api/cases/{case_id}/sightings/{sighting_id}``."""

    sighting: SightingSummary
    started_at_us: int
    frame_width_px: int
    frame_height_px: int
    path: tuple[PathBox, ...]


def view_of(found: Sighting, shown: SightingSummary) -> SightingView:
    """The stored sighting with its summary."""
    return SightingView(
        sighting=shown,
        started_at_us=found.started_at_us,
        frame_width_px=found.frame_width_px,
        frame_height_px=found.frame_height_px,
        path=tuple(
            PathBox(offset_ms=box.offset_ms, left=box.left, top=box.top, width=box.width, height=box.height)
            for box in found.path
        ),
    )
