"""What a search could not see: cameras off line, pictures that could not be seen with or that nobody had time for,
masked parts of pictures, hours that were deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import numpy as np
import structlog

from devices.protocol.sightings import Polygon
from hub.footage.playback.past import bounded
from hub.registry.records import Camera
from hub.sightings.messages import CameraMasked, CameraOffLine, CameraShed, CameraUnclear, Coverage
from hub.vision.blind_times import BlindTimes, Spans
from hub.vision.camera_view import CameraView
from hub.vision.shed_looks import STEP_US, ShedLooks

_GRID = 48
"""A masked share is counted on so many points a side: to about 2 %."""
_LEAST_SHARE = 0.005
MOST_SPANS = 20
"""Of one camera in one answer; beyond it the shortest times between are told as off line (unclear, left out), too."""
HOUR_US = 3_600_000_000
LEAST_SHED_SHARE = 0.1
"""Of ten minutes' looks at a camera; less is only in the share of all cameras together."""
LEAST_SHED_LOOKS = 10
"""Of ten minutes at a camera: 2 s of somebody in view. Of a camera that has just begun one look says nothing."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class Asked:
    """The cameras that a search asked, each with its view, and from when to when: microseconds since 1970."""

    cameras: tuple[Camera, ...]
    views: tuple[CameraView, ...]
    since_us: int
    until_us: int


def completed(
    coverage: Coverage,
    asked: Asked,
    blind: BlindTimes,
    shed: ShedLooks,
    forgotten: Callable[[int, int], Iterable[tuple[int, int]]],
) -> Coverage:
    """``coverage`` with what is known of what was ``asked``; in a thread, since it waits for the disk.

    ``forgotten``: which hours between two times were deleted.
    """
    live = tuple(view for view in asked.views if not view.recording)
    masked = {one.camera_id: masked_share(tuple(mask.points for mask in one.masks)) for one in asked.cameras}
    share, cameras_shed = shed_between([view.camera_id for view in live], shed, asked.since_us, asked.until_us)
    hours_us = forgotten(asked.since_us, asked.until_us)
    return msgspec.structs.replace(
        coverage,
        cameras_off_line=off_line_between(live, blind, asked.since_us, asked.until_us),
        cameras_unclear=unclear_between(live, blind, asked.since_us, asked.until_us),
        cameras_masked=tuple(
            CameraMasked(camera_id=camera_id, share=round(share, 3))
            for camera_id, share in sorted(masked.items())
            if share >= _LEAST_SHARE
        ),
        looks_shed_share=share,
        cameras_shed=cameras_shed,
        hours_deleted=sum((until_us - since_us) // HOUR_US for since_us, until_us in hours_us),
    )


def off_line_between(
    live: Iterable[CameraView], blind: BlindTimes, since_us: int, until_us: int
) -> tuple[CameraOffLine, ...]:
    """Of live cameras those that nobody looked through at some time between; none before it was enrolled."""
    found = []
    for view in live:
        enrolled_us = blind.enrolled_at_us(view.camera_id) or 0
        spans = blind.of(view.camera_id, max(since_us, enrolled_us), until_us)
        if spans:
            found.append(
                CameraOffLine(
                    camera_id=view.camera_id,
                    since_at_ms=None if view.looked_at else view.since_at_ms,
                    is_now=not view.looked_at,
                    spans_ms=_told(spans),
                )
            )
    return tuple(found)


def unclear_between(
    live: Iterable[CameraView], blind: BlindTimes, since_us: int, until_us: int
) -> tuple[CameraUnclear, ...]:
    """Of live cameras those whose picture could not be seen with at some time between, and what was wrong with it."""
    return tuple(
        CameraUnclear(
            camera_id=view.camera_id,
            picture=picture,
            is_now=view.looked_at and view.picture is picture,
            spans_ms=_told(spans),
        )
        for view in live
        for picture, spans in blind.unclear(view.camera_id, since_us, until_us).items()
    )


def shed_between(
    camera_ids: list[str], shed: ShedLooks, since_us: int, until_us: int
) -> tuple[float | None, tuple[CameraShed, ...]]:
    """Of the looks due between at these cameras the share left out, and at which cameras many, the most first.

    None where no look is known of, or the disk does not tell, which is logged.
    """
    totals = np.zeros((len(camera_ids), 2), np.int64)
    many = np.zeros_like(totals)
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    try:
        for looks in shed.between(camera_ids, since_us, until_us):
            due, left_out = looks.counts[..., 0], looks.counts[..., 1]
            notable = (left_out >= LEAST_SHED_SHARE * due) & (left_out >= LEAST_SHED_LOOKS)
            totals += np.einsum("csn->cn", looks.counts)
            many += np.einsum("csn,cs->cn", looks.counts, notable)
            camera, turn = np.nonzero(np.diff(notable, axis=1, prepend=False, append=False))
            begin_us, end_us = (looks.since_us + turn.reshape(-1, 2) * STEP_US).clip(since_us, until_us).T
            for number, begin, end in zip(camera[::2].tolist(), begin_us.tolist(), end_us.tolist(), strict=True):
                _add(spans[number], begin, end)
    except OSError as error:
        _log.warning("coverage.shed_looks_unknown", why=str(error))
        return None, ()
    due_in_all, left_out_in_all = totals.sum(axis=0).tolist()
    most_first = sorted(spans, key=lambda camera: -int(many[camera, 1]))
    return (
        round(left_out_in_all / due_in_all, 3) if due_in_all else None,
        tuple(
            CameraShed(
                camera_id=camera_ids[camera],
                share=round(float(many[camera, 1] / many[camera, 0]), 3),
                spans_ms=_told(tuple(spans[camera])),
            )
            for camera in most_first
        ),
    )


def _add(spans: list[tuple[int, int]], begin: int, end: int) -> None:
    """At the end; one that goes on where the last one ended is one with it."""
    if spans and spans[-1][1] == begin:
        begin = spans.pop()[0]
    spans.append((begin, end))


def _told(spans: Spans) -> tuple[tuple[int, int], ...]:
    return tuple((start // 1000, end // 1000) for start, end in bounded(spans, MOST_SPANS - 1))


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
