"""Measures what an officer's yes and no do to the rest of a search's hits, through the sightings' own front door."""

from __future__ import annotations

import base64
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devices.protocol.clock import ManualClock
from hub.sightings import evaluate
from hub.sightings.evaluate import Crop
from hub.sightings.feedback import NOTHING_SAID, Said
from hub.sightings.messages import Appearance, CameraPlace, Query, Verdict
from hub.sightings.path.evaluation.asking import in_words
from hub.sightings.path.evaluation.scene import STARTED_S, Scene, open_scene, watch_films
from hub.sightings.query import MAX_LIMIT
from hub.sightings.service import SightingService
from hub.vision.description.describer import Describer
from hub.vision.detection.detections import Detector

CASES = {
    "one_yes": (1, 0),
    "one_no": (0, 1),
    "three_yes": (3, 0),
    "one_yes_one_no": (1, 1),
    "three_yes_three_no": (3, 3),
    "ten_no": (0, 10),
}
"""So many of the first right hits are confirmed, and of the first wrong ones rejected."""
LOOKED_AT = 50
"""An officer says it of hits on the first page."""
LEAST_RIGHT = 4
"""Who is seen less often is not asked for: something must be left to be found after three were confirmed."""
_LOT = 1

Ask = Callable[[Said], Sequence[str]]
"""A question with what was said: the sightings' ids, best first."""
_Measures = tuple[float, float, float]


@dataclass(frozen=True)
class Ranked:
    """Means over questions, 0..1, of those hits of which nothing was said; ``precision_at_10`` of what is possible."""

    rank1: float
    map: float
    precision_at_10: float


@dataclass(frozen=True)
class Gain:
    """The same hits before and after it was said."""

    questions: int
    before: Ranked
    after: Ranked


@dataclass(frozen=True)
class PhotoFeedback:
    """Asked by a crop. On the first half of the identities, by lot, constants were chosen."""

    chosen_on: dict[str, Gain]
    held_out: dict[str, Gain]


@dataclass(frozen=True)
class FeedbackReport:
    """``described``: everybody of simulated communities, asked for by one line of text."""

    photo: PhotoFeedback | None
    described: dict[str, Gain] | None


def evaluate_feedback(
    crops: Path | None, truths: Sequence[Path], detector: Detector, describer: Describer
) -> FeedbackReport:
    """Raises ValueError where nobody can be asked for; else as evaluate_retrieval and evaluate_search."""
    return FeedbackReport(
        None if crops is None else by_photo(evaluate.described_crops(crops, describer)),
        by_line(truths, detector, describer) if truths else None,
    )


def by_photo(crops: Sequence[Crop]) -> PhotoFeedback:
    """Each crop is asked for among all others, those of the same identity on the same camera left out."""
    identities = np.random.default_rng(_LOT).permutation(sorted({crop.identity for crop in crops}))
    half = len(identities) // 2
    with _crops_stored(crops) as service:
        return PhotoFeedback(*(_photo_gains(service, crops, part) for part in (identities[:half], identities[half:])))


def by_line(folders: Sequence[Path], detector: Detector, describer: Describer) -> dict[str, Gain]:
    """Everybody of communities whose films go through vision. Raises TruthError, SourceError, OSError, Refusal."""
    with tempfile.TemporaryDirectory() as directory:
        scenes = (
            open_scene(folder, Path(directory) / str(number), watch_films(folder, detector, describer))
            for number, folder in enumerate(folders)
        )
        return gains(question for scene in scenes for question in _lines(scene))


def gains(questions: Iterable[tuple[Ask, Collection[str]]]) -> dict[str, Gain]:
    """Of questions, each with the sightings that are right. Raises ValueError where none has enough of them."""
    before: dict[str, list[_Measures]] = defaultdict(list)
    after: dict[str, list[_Measures]] = defaultdict(list)
    for ask, right in questions:
        order = ask(NOTHING_SAID)
        if sum(one in right for one in order) < LEAST_RIGHT:
            continue
        for name, (yes, no) in CASES.items():
            said = _said(order[:LOOKED_AT], right, yes, no)
            if len(said) == yes + no:
                before[name].append(_measures(order, right, said))
                after[name].append(_measures(ask(said), right, said))
    if not before:
        raise ValueError(f"nobody is seen {LEAST_RIGHT} times")
    return {name: Gain(len(before[name]), _means(before[name]), _means(after[name])) for name in before}


def _said(shown: Sequence[str], right: Collection[str], yes: int, no: int) -> Said:
    confirmed = [one for one in shown if one in right][:yes]
    rejected = [one for one in shown if one not in right][:no]
    return dict.fromkeys(confirmed, Verdict.CONFIRMED) | dict.fromkeys(rejected, Verdict.REJECTED)


def _measures(order: Sequence[str], right: Collection[str], said: Said) -> _Measures:
    """Rank-1, average precision, precision at 10 of those of which nothing was said."""
    hits = np.array([one in right for one in order if one not in said])
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    count = int(hits.sum())
    return float(hits[0]), float((precision * hits).sum() / count), float(hits[:10].sum() / min(count, 10))


def _means(found: Sequence[_Measures]) -> Ranked:
    return Ranked(*(round(float(mean), 3) for mean in np.mean(found, axis=0)))


@contextmanager
def _crops_stored(crops: Sequence[Crop]) -> Iterator[SightingService]:
    with tempfile.TemporaryDirectory() as directory:
        service = SightingService(Path(directory), ManualClock(wall_us=round((STARTED_S + 3600) * 1e6)))
        service.open()
        try:
            service.add_all([evaluate.sighting_of(number, crop) for number, crop in enumerate(crops)])
            yield service
        finally:
            service.close()


def _photo_gains(service: SightingService, crops: Sequence[Crop], identities: Collection[int]) -> dict[str, Gain]:
    names = [evaluate.sighting_of(number, crop).sighting_id for number, crop in enumerate(crops)]
    places = tuple(CameraPlace(camera) for camera in sorted({crop.camera for crop in crops}))

    def question(asked: Crop) -> tuple[Ask, Collection[str]]:
        look = asked.appearance
        like = Appearance(describer=look.describer, descriptor=base64.b64encode(look.descriptor).decode())
        theirs = {name for name, crop in zip(names, crops, strict=True) if crop.identity == asked.identity}
        here = {name for name, crop in zip(names, crops, strict=True) if crop.camera == asked.camera}

        def ask(said: Said) -> list[str]:
            answer = service.search(Query(like=(like,), limit=MAX_LIMIT), places, said=said)
            found = (hit.sighting.sighting_id for hit in answer.hits)
            return [one for one in found if not (one in theirs and one in here)]

        return ask, theirs - here

    return gains(question(crop) for crop in crops if crop.identity in identities)


def _lines(scene: Scene) -> Iterator[tuple[Ask, Collection[str]]]:
    for person_id, person in scene.truth.people.items():
        read = scene.service.describe(in_words(person), (), 0, "Asia/Shanghai")
        query = Query(description=read.description, limit=MAX_LIMIT)

        def ask(said: Said, query: Query = query) -> list[str]:
            return [hit.sighting.sighting_id for hit in scene.service.search(query, scene.places(), said=said).hits]

        yield ask, {sighting.sighting_id for sighting in scene.of(person_id)}
