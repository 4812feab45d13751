"""What a whole path is: every true visit to a camera that could see, in order, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.sightings.path.evaluation.scene import STARTED_S, Seen
from hub.sightings.path.finding import Path
from simulators.community.truth import PASS_SECONDS, Truth

SAME_VISIT_S = 3.0
"""Appearances on one camera with less between them are one visit: he was hidden, or on the picture's edge."""


@dataclass(frozen=True)
class Visit:
    """Somebody truly passed a camera in view (PASS_SECONDS and its fellows): seconds since 1970."""

    camera_id: str
    from_s: float
    to_s: float


class Verdict(StrEnum):
    WHOLE = "whole"
    NOT_SEEN = "not_seen"
    """Vision made no sighting of him on a visit, or none of which most is of him."""
    SOMEBODY_ELSE = "somebody_else"
    """Of every visit there is a sighting, but one on the path is somebody else's, or nobody's."""
    LEFT_OUT = "left_out"
    """Of every visit there is a sighting, all on the path are his, but a visit is not on it."""


def visits(truth: Truth, person_id: str) -> list[Visit]:
    """Every visit of a person, in order of time; views that are too short or too small are none."""
    found: list[Visit] = []
    good_s: list[float] = []
    for one in truth.passes(person_id):
        from_s, to_s = one.from_s + STARTED_S, one.to_s + STARTED_S
        same = [k for k, visit in enumerate(found) if visit.camera_id == one.camera_id]
        if same and from_s - found[same[-1]].to_s < SAME_VISIT_S:
            found[same[-1]] = Visit(one.camera_id, found[same[-1]].from_s, to_s)
            good_s[same[-1]] += one.good_view_s
        else:
            found.append(Visit(one.camera_id, from_s, to_s))
            good_s.append(one.good_view_s)
    return [visit for visit, seconds in zip(found, good_s, strict=True) if seconds >= PASS_SECONDS]


def judge(path: Path | None, true: Sequence[Visit], seen: Mapping[str, Seen], person_id: str) -> Verdict:
    """Whether a path is whole. ``true``: the visits to cameras on line, in order; at least one.

    Whole: each step's sighting is the person's; each visit has a step on its camera that overlaps it in time; and the
    first steps of the visits come in the visits' order.
    """
    theirs = [one.sighting for one in seen.values() if one.person_id == person_id]
    for visit in true:
        spans = [(s.started_at_us / 1e6, s.ended_at_us / 1e6) for s in theirs if s.camera_id == visit.camera_id]
        if not any(start <= visit.to_s and end >= visit.from_s for start, end in spans):
            return Verdict.NOT_SEEN
    steps = [step.glimpse for step in path.steps] if path is not None else []
    if any(seen[step.sighting_id].person_id != person_id for step in steps):
        return Verdict.SOMEBODY_ELSE
    places = []
    for visit in true:
        fitting = [
            place
            for place, step in enumerate(steps)
            if step.camera_id == visit.camera_id and step.started_s <= visit.to_s and step.ended_s >= visit.from_s
        ]
        if not fitting:
            return Verdict.LEFT_OUT
        places.append(fitting[0])
    return Verdict.WHOLE if places == sorted(places) else Verdict.LEFT_OUT
