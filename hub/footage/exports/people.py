"""Who is in a clip, by the sightings of its camera: the person sought, all others, and when that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from devices.protocol.sightings import Sighting
from hub.footage.exports.tracks import BEFORE_AND_AFTER_S, Track, TrackPoint
from hub.footage.motion_log import STEP_US, UNKNOWN, Shares

AROUND_US = round(BEFORE_AND_AFTER_S * 1e6)
STILL_THERE_US = 600_000_000
"""Somebody of whom a worker has said no last word may be in view so long after the latest one; its words on who stays
are not further apart, and a worker that was killed says none."""


@dataclass(frozen=True)
class People:
    """``blind``: from when until when somebody may be anywhere in the picture, by ``still_in_view`` persons."""

    others: tuple[Track, ...]
    sought: tuple[Track, ...]
    blind: tuple[tuple[int, int], ...]
    still_in_view: int
    not_looked_at_s: float | None


def people_in(
    sightings: Iterable[Sighting], sought: Sequence[str], known: Shares, from_us: int, until_us: int
) -> People:
    """``sightings`` of one camera since STILL_THERE_US before ``from_us``, until AROUND_US after ``until_us``."""
    others: list[Track] = []
    wanted: list[Track] = []
    blind: list[tuple[int, int]] = []
    for one in sightings:
        is_sought = one.sighting_id in sought
        track = track_of(one, from_us, until_us)
        if track is not None:
            (wanted if is_sought else others).append(track)
        last_us = one.ended_at_us
        if not one.ended and not is_sought and from_us < last_us + STILL_THERE_US and last_us < until_us:
            blind.append((max(from_us, last_us), min(until_us, last_us + STILL_THERE_US)))
    return People(
        others=tuple(others),
        sought=tuple(wanted),
        blind=_joined(blind),
        still_in_view=len(blind),
        not_looked_at_s=not_looked_at_s(known, from_us, until_us),
    )


def track_of(sighting: Sighting, from_us: int, until_us: int) -> Track | None:
    """What matters of a path to pictures between the two times; None where nothing does."""
    width_px, height_px = sighting.frame_width_px, sighting.frame_height_px
    points: list[TrackPoint] = []
    for box in sighting.path:
        at_us = sighting.started_at_us + box.offset_ms * 1000
        if points and at_us <= points[-1].at_us:
            continue
        left, top = box.left / width_px, box.top / height_px
        right, bottom = (box.left + box.width) / width_px, (box.top + box.height) / height_px
        points.append(TrackPoint(at_us, left, top, right, bottom))
    while len(points) > 2 and points[1].at_us < from_us - AROUND_US:
        del points[0]
    while len(points) > 2 and points[-2].at_us > until_us + AROUND_US:
        del points[-1]
    if not points or points[-1].at_us < from_us - AROUND_US or points[0].at_us > until_us + AROUND_US:
        return None
    return Track(sighting_id=sighting.sighting_id, points=tuple(points))


def not_looked_at_s(known: Shares, from_us: int, until_us: int) -> float:
    """For how long of a clip vision did not look at its camera, as far as steps of STEP_US tell."""
    return (
        sum(
            min(until_us, at_us + STEP_US) - max(from_us, at_us)
            for number, share in enumerate(known.shares)
            if share == UNKNOWN and from_us - STEP_US < (at_us := known.since_us + number * STEP_US) < until_us
        )
        / 1_000_000
    )


def _joined(stretches: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for begins_us, ends_us in sorted(stretches):
        if found and begins_us <= found[-1][1]:
            found[-1] = (found[-1][0], max(ends_us, found[-1][1]))
        else:
            found.append((begins_us, ends_us))
    return tuple(found)
