"""``python -m hub.sightings.path.evaluation.learning --truth DIR...``: learn what likeness is worth, and write it.

Everybody of the communities is sought in words, as an officer would ask, by the product's own search; the scores of
each part are told apart by whether the sighting is that person's. What is scored afterwards must be other communities.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from hub.sightings.path.anchors import Anchors
from hub.sightings.path.evaluation.asking import ask, glimpses_of, in_words
from hub.sightings.path.evaluation.scene import Scene, open_scene, watch_films
from hub.sightings.path.evaluation.visits import visits
from hub.sightings.path.weighing import FILE, Curve, Weighing, known_parts
from hub.vision.description.describer import Describer
from hub.vision.detection.nanodet import NanoDet

BINS = 12
MOST = 4.0
"""No part says more, whatever so few communities tell: e to this is 55 to 1."""
DOUBTFUL = -3.0
"""Of sightings that a description weighs less, descriptors and heights need not tell."""


_Pair = tuple[list[float], list[float]]
"""Scores of the person's own sightings, and of others'."""
_Parts = defaultdict[str, _Pair]


@dataclass
class _Bin:
    same: float
    others: float
    low: float
    high: float

    def ratio(self, share: float) -> float:
        """``share``: same to others among all; the fewer there are, the nearer to 0."""
        return float(np.clip(np.log((self.same + 0.5) / (self.others + 0.5 / share) / share), -MOST, MOST))


def curve(same: Sequence[float], others: Sequence[float]) -> Curve:
    """The log likelihood ratio by a score, which never falls: bins of as many each, neighbours that fall pooled."""
    share = len(same) / max(len(others), 1)
    edges = np.unique([np.quantile(values, np.linspace(0, 1, BINS + 1)) for values in (same, others)])
    edges = np.unique(np.append(edges.round(4), edges.max().round(4) + 1e-4))
    counts = [np.histogram(np.array(values).round(4), edges)[0] for values in (same, others)]
    pooled: list[_Bin] = []
    for one, other, low, high in zip(*counts, edges[:-1], edges[1:], strict=True):
        pooled.append(_Bin(float(one), float(other), float(low), float(high)))
        while len(pooled) > 1 and pooled[-2].ratio(share) >= pooled[-1].ratio(share):
            last = pooled.pop()
            before = pooled.pop()
            pooled.append(_Bin(before.same + last.same, before.others + last.others, before.low, last.high))
    middles = tuple(round((found.low + found.high) / 2, 4) for found in pooled)
    return Curve(middles, tuple(round(found.ratio(share), 3) for found in pooled))


def learn(scenes: Sequence[Scene]) -> Weighing:
    """From communities as vision saw them. Raises SightingsError, ValueError without enough of anybody."""
    parts: dict[bool, _Parts] = {is_child: defaultdict(lambda: ([], [])) for is_child in (True, False)}
    for scene in scenes:
        for person_id, person in scene.truth.people.items():
            for hit in ask(scene, in_words(person)).hits:
                other = scene.seen[hit.sighting.sighting_id].person_id != person_id
                for part in known_parts(hit):
                    parts[person.kind != "adult"][part.field.value][other].append(part.score)
    child, adult = ({field: curve(*found) for field, found in sorted(parts[age].items())} for age in (True, False))
    describer = next(iter(scenes[0].seen.values())).sighting.describer
    nothing = Curve((0.0, 1.0), (0.0, 0.0))
    first = Weighing(child=child, adult=adult, describer=describer, same_looks=nothing, same_height=nothing, seen=0.5)
    looks, heights = _compared(scenes, first)
    passed = [
        any(sighting.camera_id == visit.camera_id for sighting in scene.of(person_id))
        for scene in scenes
        for person_id in scene.truth.people
        for visit in visits(scene.truth, person_id)
    ]
    seen = round((sum(passed) + 1) / (len(passed) + 2), 3)
    return msgspec.structs.replace(first, same_looks=curve(*looks), same_height=curve(*heights), seen=seen)


def _compared(scenes: Sequence[Scene], weighing: Weighing) -> tuple[_Pair, _Pair]:
    """Cosines and heights held against a few of somebody's sightings, of his others and of others' that fit."""
    looks: _Pair = ([], [])
    heights: _Pair = ([], [])
    rng = np.random.default_rng(1)
    for scene in scenes:
        for person_id, person in scene.truth.people.items():
            hits = glimpses_of(scene, ask(scene, in_words(person)), weighing, {})
            fitting = [glimpse for glimpse in hits if glimpse.look > DOUBTFUL]
            same = [scene.seen[glimpse.sighting_id].person_id == person_id for glimpse in fitting]
            theirs = [glimpse for glimpse, is_same in zip(fitting, same, strict=True) if is_same and glimpse.look > 0]
            if len(theirs) < 2:
                continue
            chosen = rng.choice(len(theirs), int(rng.integers(1, len(theirs) + 1)), replace=False)
            known = Anchors(tuple(theirs[number] for number in chosen), weighing.describer)
            for found, values in ((looks, known.cosines(fitting)), (heights, known.heights(fitting))):
                for is_same, value in zip(same, values, strict=True):
                    if not np.isnan(value):
                        found[not is_same].append(float(value))
    return looks, heights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=Path, nargs="+", required=True, help="folders of simulated communities")
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args()
    with ExitStack() as kept:
        scenes = []
        for folder in options.truth:
            store = Path(kept.enter_context(tempfile.TemporaryDirectory()))
            scenes.append(open_scene(folder, store, watch_films(folder, NanoDet(), Describer())))
        options.out.write_bytes(msgspec.json.format(msgspec.json.encode(learn(scenes)), indent=1) + b"\n")


if __name__ == "__main__":
    main()
