"""How well a query in words finds a missing child, and how often the path through its hits is whole."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devices.protocol.sightings import Sighting
from hub.sightings.messages import Age, Hit, Query, SearchAnswer
from hub.sightings.messages import Verdict as Said
from hub.sightings.path.evaluation.asking import ask, crowd_of, glimpses_of, in_words
from hub.sightings.path.evaluation.scene import Scene, open_scene, watch_films
from hub.sightings.path.evaluation.visits import Verdict, Visit, judge, visits
from hub.sightings.path.finding import find
from hub.sightings.path.pace import ADULT, CHILD
from hub.sightings.path.weighing import Weighing, learned
from hub.vision.description.describer import Describer
from hub.vision.detection.detections import Detector

FIRST, MORE = 10, 20
AROUND_M = 150.0
"""With place and time an officer asks cameras so far on foot from the first that truly saw him, from then on,"""
AFTER_S = 90.0
"""for so long."""
DRAWS = 6
"""So often a third of the cameras is drawn that is off line."""


@dataclass(frozen=True)
class Retrieval:
    """Means over those sought. ``possible_at_10``: the precision that the number of their sightings allows."""

    sought: int
    precision_at_10: float
    possible_at_10: float
    recall_at_20: float


@dataclass(frozen=True)
class Wholeness:
    """``whole``: the share of paths that are; ``why_not``: how many are not, by why (Verdict).

    ``whole_where_seen``: the share of those of whose every visit vision made a sighting.
    """

    paths: int
    whole: float
    whole_where_seen: float
    why_not: dict[str, int]


@dataclass(frozen=True)
class SearchReport:
    """All of it. ``confirmed``: with the first true visit confirmed by the officer."""

    children: int
    visits: int
    anywhere_anytime: Retrieval
    with_place_and_time: Retrieval
    all_cameras: Wholeness
    all_cameras_confirmed: Wholeness
    third_off_line: Wholeness
    third_off_line_confirmed: Wholeness


def evaluate_search(folders: Sequence[Path], detector: Detector, describer: Describer) -> SearchReport:
    """Every film of the communities goes through vision. Raises TruthError, SourceError, OSError, Refusal."""
    with tempfile.TemporaryDirectory() as directory:
        scenes = [
            open_scene(folder, Path(directory) / str(number), watch_films(folder, detector, describer))
            for number, folder in enumerate(folders)
        ]
        return measure(scenes, learned())


def measure(scenes: Sequence[Scene], weighing: Weighing) -> SearchReport:
    """Every child of every scene is sought. Raises ValueError where no child passes any camera."""
    found = _Found(weighing)
    for scene in scenes:
        rng = np.random.default_rng(len(scene.truth.people))
        cameras = [camera.camera_id for camera in scene.cameras]
        drawn = [frozenset(rng.choice(cameras, len(cameras) // 3, replace=False).tolist()) for _ in range(DRAWS)]
        for person_id, person in scene.truth.people.items():
            if person.kind != "adult" and visits(scene.truth, person_id):
                found.seek(scene, person_id, drawn)
    return found.report()


class _Found:
    """Collects the figures of one person after another."""

    def __init__(self, weighing: Weighing) -> None:
        self._weighing = weighing
        self._visits = 0
        self._anywhere: list[tuple[float, float, float]] = []
        self._narrow: list[tuple[float, float, float]] = []
        self._judged: dict[tuple[bool, bool], list[Verdict]] = {
            (third, said): [] for third in (False, True) for said in (False, True)
        }

    def seek(self, scene: Scene, person_id: str, drawn: Sequence[frozenset[str]]) -> None:
        true = visits(scene.truth, person_id)
        self._visits += len(true)
        text = in_words(scene.truth.people[person_id])
        self._anywhere.append(_retrieved(ask(scene, text).hits, scene.of(person_id)))
        self._narrow.append(self._around(scene, person_id, text, true[0]))
        for off_line in (frozenset[str](), *drawn):
            seen = [visit for visit in true if visit.camera_id not in off_line]
            if seen:
                answer = ask(scene, text, off_line)
                for said in (False, True):
                    verdict = self._judge(scene, person_id, off_line, answer, seen, said)
                    self._judged[bool(off_line), said].append(verdict)

    def _around(self, scene: Scene, person_id: str, text: str, first: Visit) -> tuple[float, float, float]:
        ground = scene.camera_ground()
        near = ground.walk_m[ground.number[first.camera_id]] <= AROUND_M
        cameras = tuple(post.camera_id for post, is_near in zip(ground.posts, near, strict=True) if is_near)
        until_s = first.from_s + AFTER_S
        within = Query(camera_ids=cameras, since_at_ms=round(first.from_s * 1000), until_at_ms=round(until_s * 1000))
        answer = ask(scene, text, within=within)
        wanted = [
            sighting
            for sighting in scene.of(person_id)
            if sighting.camera_id in cameras
            and sighting.ended_at_us >= first.from_s * 1e6
            and sighting.started_at_us <= until_s * 1e6
        ]
        return _retrieved(answer.hits, wanted)

    def _judge(
        self,
        scene: Scene,
        person_id: str,
        off_line: frozenset[str],
        answer: SearchAnswer,
        true: Sequence[Visit],
        confirmed: bool,
    ) -> Verdict:
        said = {}
        if confirmed:
            on_first = [
                sighting.sighting_id
                for sighting in scene.of(person_id, off_line)
                if sighting.camera_id == true[0].camera_id and sighting.ended_at_us >= true[0].from_s * 1e6
            ]
            said = dict.fromkeys(on_first[:1], Said.CONFIRMED)
        glimpses = glimpses_of(scene, answer, self._weighing, said)
        age = answer.query.description.age if answer.query.description else None
        pace = CHILD if age is Age.CHILD else ADULT
        paths = find(glimpses, scene.camera_ground(off_line), crowd_of(answer), pace, self._weighing, 1)
        return judge(paths[0] if paths else None, true, scene.seen, person_id)

    def report(self) -> SearchReport:
        if not self._anywhere:
            raise ValueError("no child passes a camera in these communities")
        return SearchReport(
            children=len(self._anywhere),
            visits=self._visits,
            anywhere_anytime=_means(self._anywhere),
            with_place_and_time=_means(self._narrow),
            all_cameras=_wholeness(self._judged[False, False]),
            all_cameras_confirmed=_wholeness(self._judged[False, True]),
            third_off_line=_wholeness(self._judged[True, False]),
            third_off_line_confirmed=_wholeness(self._judged[True, True]),
        )


def _retrieved(hits: Sequence[Hit], wanted: Sequence[Sighting]) -> tuple[float, float, float]:
    """Precision at 10, its possible best, recall at 20."""
    ids = {sighting.sighting_id for sighting in wanted}
    right = [hit.sighting.sighting_id in ids for hit in hits]
    recall = sum(right[:MORE]) / len(ids) if ids else math.nan
    return sum(right[:FIRST]) / FIRST, min(len(ids), FIRST) / FIRST, recall


def _means(found: Sequence[tuple[float, float, float]]) -> Retrieval:
    return Retrieval(len(found), *(round(float(np.nanmean(column)), 4) for column in zip(*found, strict=True)))


def _wholeness(found: Sequence[Verdict]) -> Wholeness:
    counts = Counter(found)
    whole = counts.pop(Verdict.WHOLE, 0)
    seen = len(found) - counts[Verdict.NOT_SEEN]
    why_not = {verdict.value: number for verdict, number in sorted(counts.items())}
    return Wholeness(len(found), round(whole / max(len(found), 1), 4), round(whole / max(seen, 1), 4), why_not)
