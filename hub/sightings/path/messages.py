"""What is asked and said of a sought person's path; the shapes of docs/api.md."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.sightings.messages import Coverage, Form, Query, SightingSummary, Verdict

MOST_PATHS = 5


class PathQuery(Form, frozen=True, kw_only=True):
    """The question: the path through what this query finds, and so many paths in all. Its ``limit`` is not asked."""

    query: Query
    paths: Annotated[int, msgspec.Meta(ge=1, le=MOST_PATHS)] = 3


class ReachQuery(Form, frozen=True, kw_only=True):
    """Where the person of a sighting may be: cameras that ``query`` does not mean are not asked why they saw nobody."""

    query: Query


class NewMark(Form, frozen=True, kw_only=True):
    """What an officer says of a sighting."""

    verdict: Verdict


class Mark(Form, frozen=True, kw_only=True):
    """What was said of a sighting, in a case; ``verdict`` is null once it was taken back. Body of ``path.marked``."""

    case_id: str
    sighting_id: str
    verdict: Verdict | None
    marked_by: str
    marked_at_ms: int


class PathStep(Form, frozen=True, kw_only=True):
    """A sighting on a path. What the fields say: ``Step`` (finding.py); ``missed_by`` are cameras' ids.

    ``way``: (longitude, latitude) of the corners of the walk that ``walk_m`` measures; none of a path's first step.
    """

    sighting: SightingSummary
    verdict: Verdict | None
    likelihood: float
    gain: float
    walk_m: float | None
    taken_s: float | None
    pace_mps: float | None
    missed_by: tuple[str, ...]
    possible: bool
    way: tuple[tuple[float, float], ...]


class FoundPath(Form, frozen=True, kw_only=True):
    """One path; ``gain``: its log likelihood ratio."""

    steps: tuple[PathStep, ...]
    gain: float


class StretchInReach(Form, frozen=True, kw_only=True):
    """A piece of street, as ((longitude, latitude), (longitude, latitude)) of its ends, and how likely he is on it."""

    ends: tuple[tuple[float, float], tuple[float, float]]
    walk_m: float
    probability: float


class CameraAhead(Form, frozen=True, kw_only=True):
    """A camera that may be the first to see him, and when: the earliest, and the median."""

    camera_id: str
    probability: float
    walk_m: float
    earliest_at_ms: int
    likely_at_ms: int


class VenueInReach(Form, frozen=True, kw_only=True):
    """A venue that he may have come to by now, and when at the earliest.

    ``probability``: that he is where no other of the reach's venues is nearer.
    """

    venue_id: str
    walk_m: float
    earliest_at_ms: int
    probability: float


class ReachNow(Form, frozen=True, kw_only=True):
    """Where he may be now, from the last sighting that is certain. Likeliest first."""

    from_sighting_id: str
    left_at_ms: int
    now_at_ms: int
    farthest_m: float
    stretches: tuple[StretchInReach, ...]
    cameras: tuple[CameraAhead, ...]
    venues: tuple[VenueInReach, ...]


class WalkedAlong(Form, frozen=True, kw_only=True):
    """One person's sightings, and the sightings of the path that they went along with."""

    sightings: tuple[SightingSummary, ...]
    beside: tuple[str, ...]


class PathAnswer(Form, frozen=True, kw_only=True):
    """The best path first; ``groups``: ids of hits that are one person's, the best hit's group first.

    ``reach`` is null where no step is certain. ``cameras_without_place`` are left out of paths.
    """

    words: str
    words_en: str
    path_ms: float
    coverage: Coverage
    paths: tuple[FoundPath, ...]
    reach: ReachNow | None
    company: tuple[WalkedAlong, ...]
    groups: tuple[tuple[str, ...], ...]
    marks: tuple[Mark, ...]
    cameras_without_place: tuple[str, ...]
