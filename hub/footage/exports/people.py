"""Who is in a clip, by the sightings of its camera: the person sought, all others, and when that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from devices.protocol.sightings import Sighting
from hub.footage.exports.tracks import BEFORE_AND_AFTER_S, Track, TrackPoint
from hub.footage.motion_log import STEP_US, UNKNOWN, Shares
from hub.footage.playback.stretches import merged, within

AROUND_US = round(BEFORE_AND_AFTER_S * 1e6)
STILL_THERE_US = 600_000_000
"""Somebody of whom a worker has said no last word may be in view so long after the latest one; its words on who stays
are not further apart (vision's LONGEST_SIGHTING_S), and a worker that was killed says none."""
NOT_HEARD_US = 600_000_000
"""What workers saw may come so late, when the broker was away; what came tells that they looked."""


@dataclass(frozen=True)
class People:
    """``blind``: from when until when somebody may be anywhere in the picture: by ``still_in_view`` persons, and where
    what was seen is not known."""

    others: tuple[Track, ...]
    sought: tuple[Track, ...]
    blind: tuple[tuple[int, int], ...]
    still_in_view: int
    not_looked_at_s: float | None

    @property
    def blind_s(self) -> float:
        """For how long."""
        return sum(ends_us - begins_us for begins_us, ends_us in self.blind) / 1_000_000


def people_in(
    sightings: Iterable[Sighting],
    sought: Sequence[str],
    known: Shares,
    from_us: int,
    until_us: int,
    *,
    forgotten: Sequence[tuple[int, int]],
    now_us: int,
) -> People:
    """``sightings`` of one camera since STILL_THERE_US before ``from_us``, until AROUND_US after ``until_us``.

    ``forgotten``: hours, within the same times, whose sightings may have been deleted; ``now_us``: what was not looked
    at shortly before it may only not have been heard of yet.
    """
    others: list[Track] = []
    wanted: list[Track] = []
    still: list[tuple[int, int]] = []
    for one in sightings:
        is_sought = one.sighting_id in sought
        track = track_of(one, from_us, until_us)
        if track is not None:
            (wanted if is_sought else others).append(track)
        last_us = one.ended_at_us
        if not one.ended and not is_sought and from_us < last_us + STILL_THERE_US and last_us < until_us:
            still.append((last_us, last_us + STILL_THERE_US))
    gone = [(begins_us - AROUND_US, ends_us + STILL_THERE_US) for begins_us, ends_us in forgotten]
    not_heard = [(begins_us, ends_us) for begins_us, ends_us in _unknown(known) if ends_us > now_us - NOT_HEARD_US]
    return People(
        others=tuple(others),
        sought=tuple(wanted),
        blind=tuple(within(merged((*still, *gone, *not_heard)), from_us, until_us)),
        still_in_view=len(still),
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
    return sum(ends_us - begins_us for begins_us, ends_us in within(_unknown(known), from_us, until_us)) / 1_000_000


def _unknown(known: Shares) -> list[tuple[int, int]]:
    """The steps of which it is not known whether anything moved."""
    begins = (known.since_us + number * STEP_US for number, share in enumerate(known.shares) if share == UNKNOWN)
    return [(at_us, at_us + STEP_US) for at_us in begins]
