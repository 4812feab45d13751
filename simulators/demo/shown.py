"""Whom a sighting truly shows, by the truth of the scene that the cameras play."""

from __future__ import annotations

from hub.cases.views import SightingView
from simulators.community.truth import Box, Truth

SAME_IOU = 0.5
LAG_S = 0.5
"""A frame's time is known to the hub by its arrival; the truth is looked up within so much of it."""


def shows(seen: SightingView, person_id: str, truth: Truth, t0_wall_us: int) -> bool:
    """Whether most of a sighting's boxes lie on this person (IoU at least SAME_IOU)."""
    theirs = 0
    for box in seen.path:
        at_s = (seen.started_at_us + box.offset_ms * 1000 - t0_wall_us) / 1e6
        match = truth.match(seen.sighting.camera_id, Box(box.left, box.top, box.width, box.height), at_s, LAG_S)
        theirs += match is not None and match.person_id == person_id and match.iou >= SAME_IOU
    return theirs > len(seen.path) / 2
