"""What is there of a camera: since when, until when, how much, with how many gaps."""

from __future__ import annotations

import msgspec

from hub.footage.segments.catalogue import Catalogue, gaps
from hub.footage.segments.listing import list_day
from hub.footage.segments.names import DAY_US, day_start_us


class CameraFootage(msgspec.Struct, frozen=True, kw_only=True):
    """Times in milliseconds since 1970; ``days``: with footage in them; ``gaps_s``: how long all gaps are together."""

    camera_id: str
    first_ms: int
    last_ms: int
    bytes: int
    days: int
    segments: int
    gaps: int
    gaps_s: float
    strange_files: int


def overview(catalogue: Catalogue, camera_id: str) -> CameraFootage | None:
    """All that is there of one camera; None where there is nothing. Raises OSError."""
    days = catalogue.days(camera_id)
    first_us, last_us = (day_start_us(days[0]), day_start_us(days[-1])) if days else (None, None)
    if first_us is None or last_us is None:
        return None
    spans = catalogue.spans(camera_id, first_us, last_us + 2 * DAY_US)
    if not spans:
        return None
    missing = list(gaps(spans))
    folders = {span.path.parent for span in spans}
    size = 0
    for span in spans:
        try:
            size += span.path.stat().st_size
        except FileNotFoundError:  # closed under another name, or deleted, a moment ago
            continue
    return CameraFootage(
        camera_id=camera_id,
        first_ms=spans[0].start_us // 1000,
        last_ms=max(span.end_us for span in spans) // 1000,
        bytes=size,
        days=len(folders),
        segments=len(spans),
        gaps=len(missing),
        gaps_s=sum(until_us - from_us for from_us, until_us in missing) / 1e6,
        strange_files=sum(len(list_day(folder).strange) for folder in folders),
    )
