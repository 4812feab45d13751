"""From the hits of a search to the answer: paths, where he may be now, who went along, which hits are one person's."""

from __future__ import annotations

from dataclasses import dataclass

from hub.cases.service import Cases
from hub.sightings.messages import Hit, SearchAnswer, Verdict, summary
from hub.sightings.path.company import company
from hub.sightings.path.finding import Path, Step, find
from hub.sightings.path.glimpses import Glimpse, glimpse_of
from hub.sightings.path.grouping import group
from hub.sightings.path.joining import Crowd
from hub.sightings.path.messages import FoundPath, Mark, PathAnswer, PathStep, ReachNow, WalkedAlong
from hub.sightings.path.pace import pace_of
from hub.sightings.path.weighing import learned
from hub.sightings.path.whereabouts import Ground, LastSeen, reach_now
from hub.sightings.service import SightingService

CERTAIN = 0.9
"""A step that nobody confirmed is certain from this likelihood on."""


@dataclass(frozen=True)
class Asked:
    """The search's answer, what was said of sightings, how many paths are asked for, and the case."""

    found: SearchAnswer
    marks: tuple[Mark, ...]
    paths: int
    case_id: str


def answer_of(asked: Asked, ground: Ground, sightings: SightingService, cases: Cases) -> PathAnswer:
    """Computed anew from all that is known; the caller fills in ``path_ms`` and the cameras without a place."""
    return _Answering(asked, ground, sightings, cases).answer()


class _Answering:
    def __init__(self, asked: Asked, ground: Ground, sightings: SightingService, cases: Cases) -> None:
        self._asked, self._ground, self._sightings, self._cases = asked, ground, sightings, cases
        self._weighing = learned()
        description = asked.found.query.description
        self._age = description.age if description is not None else None
        self._pace = pace_of(self._age)
        self._summaries = {hit.sighting.sighting_id: hit.sighting for hit in asked.found.hits}
        self._verdicts = {mark.sighting_id: mark.verdict for mark in asked.marks}

    def answer(self) -> PathAnswer:
        hits = [glimpse for hit in self._asked.found.hits if (glimpse := self._glimpse(hit)) is not None]
        glimpses = [*hits, *self._confirmed_beside()]
        cameras, pace = self._ground.cameras, self._pace
        paths = find(glimpses, cameras, self._crowd(), pace, self._weighing, self._asked.paths)
        kept = [glimpse for glimpse in hits if glimpse.verdict is not Verdict.REJECTED]
        groups = group(kept, cameras, pace, self._weighing)
        return PathAnswer(
            words=self._asked.found.words,
            words_en=self._asked.found.words_en,
            path_ms=0.0,
            coverage=self._asked.found.coverage,
            paths=tuple(self._path(path) for path in paths),
            reach=self._reach(paths[0]) if paths else None,
            company=self._company(paths[0]) if paths else (),
            groups=tuple(tuple(glimpse.sighting_id for glimpse in members) for members in groups),
            marks=self._asked.marks,
            cameras_without_place=(),
        )

    def _glimpse(self, hit: Hit) -> Glimpse | None:
        """None: deleted for its age meanwhile."""
        sighting = self._sightings.get(hit.sighting.sighting_id)
        verdict = self._verdicts.get(hit.sighting.sighting_id)
        if sighting is None:
            return None
        look = self._weighing.look(hit, self._age)
        return glimpse_of(hit, look, sighting, verdict, self._weighing.describer)

    def _confirmed_beside(self) -> list[Glimpse]:
        """Confirmed sightings that this query does not find: the officer's word stands."""
        found = []
        for sighting_id, verdict in self._verdicts.items():
            if verdict is Verdict.CONFIRMED and sighting_id not in self._summaries:
                found += self._stored(sighting_id, verdict)
        return found

    def _stored(self, sighting_id: str, verdict: Verdict | None) -> list[Glimpse]:
        """A sighting that is no hit; none where it is not kept any more."""
        sighting = self._sightings.get(sighting_id)
        if sighting is None:
            return []
        venues = {place.camera_id: place.venue_id for place in self._cases.places()}
        shown = self._cases.with_picture(self._asked.case_id, summary(sighting, venues.get(sighting.camera_id)))
        self._summaries[sighting_id] = shown
        bare = Hit(rank=0, score=0.0, sighting=shown, parts=())
        return [glimpse_of(bare, 0.0, sighting, verdict, self._weighing.describer)]

    def _crowd(self) -> Crowd:
        hits, coverage = self._asked.found.hits, self._asked.found.coverage
        started = min((hit.sighting.started_at_ms for hit in hits), default=0)
        ended = max((hit.sighting.ended_at_ms for hit in hits), default=0)
        return Crowd(coverage.sightings_considered, coverage.cameras_searched, (ended - started) / 1000)

    def _path(self, path: Path) -> FoundPath:
        before = (None, *path.steps)
        steps = tuple(self._step(*pair) for pair in zip(before, path.steps, strict=False))
        return FoundPath(steps=steps, gain=round(path.gain, 2))

    def _step(self, before: Step | None, step: Step) -> PathStep:
        return PathStep(
            sighting=self._summaries[step.glimpse.sighting_id],
            verdict=step.glimpse.verdict,
            likelihood=round(step.likelihood, 3),
            gain=round(step.gain, 2),
            walk_m=_rounded(step.walk_m, 1),
            taken_s=_rounded(step.taken_s, 1),
            pace_mps=_rounded(step.pace_mps, 2),
            missed_by=step.missed_by,
            possible=step.possible,
            way=() if before is None else self._way(before, step),
        )

    def _way(self, before: Step, step: Step) -> tuple[tuple[float, float], ...]:
        cameras = self._ground.cameras
        begin, end = (cameras.number[one.glimpse.camera_id] for one in (before, step))
        return self._ground.positions(cameras.way(begin, end))

    def _company(self, path: Path) -> tuple[WalkedAlong, ...]:
        beside: dict[str, list[Glimpse]] = {}
        for step in path.steps:
            ids = self._summaries[step.glimpse.sighting_id].companions
            beside[step.glimpse.sighting_id] = [glimpse for one in ids for glimpse in self._stored(one, None)]
        return tuple(
            WalkedAlong(
                sightings=tuple(self._summaries[glimpse.sighting_id] for glimpse in companion.glimpses),
                beside=companion.beside,
            )
            for companion in company(path, beside, self._ground.cameras, self._weighing)
        )

    def _reach(self, path: Path) -> ReachNow | None:
        """From the last step that is confirmed or certain; None where none is."""
        certain = [
            step.glimpse
            for step in path.steps
            if step.glimpse.verdict is Verdict.CONFIRMED or step.likelihood >= CERTAIN
        ]
        if not certain:
            return None
        last = LastSeen(certain[-1].sighting_id, certain[-1].camera_id, certain[-1].ended_s)
        return reach_now(self._ground, last, self._pace, self._weighing.seen)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
