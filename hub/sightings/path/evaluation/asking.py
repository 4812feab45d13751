"""How an officer asks for somebody of a simulated community: in words, and through the search's front door."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hub.sightings.colour_words import CHINESE
from hub.sightings.messages import Query, SearchAnswer, Verdict
from hub.sightings.path.evaluation.scene import Scene
from hub.sightings.path.glimpses import Glimpse, glimpse_of
from hub.sightings.path.joining import Crowd
from hub.sightings.path.weighing import Weighing
from hub.sightings.query import MAX_LIMIT
from simulators.community.truth import PersonTruth

EVERYWHERE = Query()
_STEP_M = 0.05
"""A parent says a height to this."""


def in_words(person: PersonTruth) -> str:
    """One line as an officer writes it: clothes, height to 5 cm, child or adult."""
    height_m = round(person.height_m / _STEP_M) * _STEP_M
    age = "成年人" if person.kind == "adult" else "孩子"
    return f"{CHINESE[person.upper]}上衣，{CHINESE[person.lower]}裤子，身高{height_m:.2f}米的{age}"


def ask(scene: Scene, text: str, off_line: frozenset[str] = frozenset(), within: Query = EVERYWHERE) -> SearchAnswer:
    """The answer to a line of text, at the place and time of ``within``. Raises SightingsError."""
    understood = scene.service.describe(text, (), 0, "Asia/Shanghai")
    asked = msgspec.structs.replace(within, description=understood.description, limit=MAX_LIMIT)
    return scene.service.search(asked, scene.places(off_line))


def glimpses_of(scene: Scene, answer: SearchAnswer, weighing: Weighing, said: Mapping[str, Verdict]) -> list[Glimpse]:
    """The answer's hits as the path needs them, with their descriptors out of the store and the officer's verdicts."""
    found = []
    age = answer.query.description.age if answer.query.description else None
    for hit in answer.hits:
        sighting = scene.service.get(hit.sighting.sighting_id)
        assert sighting is not None
        verdict = said.get(sighting.sighting_id)
        found.append(glimpse_of(hit, weighing.look(hit, age), sighting, verdict, weighing.describer))
    return found


def crowd_of(answer: SearchAnswer) -> Crowd:
    """Everybody who was searched, from the first to the last hit."""
    started = [hit.sighting.started_at_ms for hit in answer.hits]
    ended = [hit.sighting.ended_at_ms for hit in answer.hits]
    span_s = (max(ended) - min(started)) / 1000 if answer.hits else 0.0
    return Crowd(answer.coverage.sightings_considered, answer.coverage.cameras_searched, span_s)
