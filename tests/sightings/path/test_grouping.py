"""Hits of one person stand together in the list; companions are those who go along at several steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from hub.sightings.messages import Hit, summary
from hub.sightings.path.company import company
from hub.sightings.path.glimpses import Glimpse, glimpse_of
from hub.sightings.path.grouping import group
from hub.sightings.path.pace import CHILD
from hub.vision.description.descriptor import StripesDescriptor
from hub.vision.description.kept_stripes import kept, mean_of
from hub.vision.description.naming import STRIPES_NAME
from hub.vision.description.projecting import Projections
from hub.vision.description.stripe_numbers import SIZE
from tests.describing.projections import learned_projection
from tests.sightings.path.street import WEIGHING, glimpse, street, walked
from tests.sightings.seen import sighting

RNG = np.random.default_rng(3)
ONE, OTHER = RNG.integers(-100, 100, 64), RNG.integers(-100, 100, 64)


def clothed(sighting_id: str, camera: int, at_s: float, looks: np.ndarray[Any, Any], **said: Any) -> Glimpse:
    blurred = np.clip(looks + RNG.normal(0, 8, 64), -127, 127).astype(np.int8)
    fields: dict[str, Any] = {"describer": "test-1", "descriptor": blurred.tobytes()}
    return glimpse(sighting_id, camera, at_s, **(fields | said))


def groups(*hits: Glimpse) -> list[set[str]]:
    return [{one.sighting_id for one in members} for members in group(hits, street(), CHILD, WEIGHING)]


def test_hits_that_look_alike_and_are_a_walk_apart_are_one_persons() -> None:
    hits = clothed("a", 0, 0, ONE), clothed("x", 3, 10, OTHER), clothed("b", 1, 80, ONE), clothed("y", 4, 90, OTHER)
    assert groups(*hits) == [{"a", "b"}, {"x", "y"}]


def test_what_likeness_is_worth_to_another_describer_is_not_known() -> None:
    other = {"describer": "test-2"}
    assert groups(clothed("a", 0, 0, ONE, **other), clothed("b", 1, 80, ONE, **other)) == [{"a"}, {"b"}]


def test_path_compares_by_the_describer_that_likeness_was_learned_with_whatever_was_learned_on_site(
    tmp_path: Path,
) -> None:
    learned = learned_projection(tmp_path / "learned.npz")
    mean = np.random.default_rng(5).random(SIZE).astype(np.float32)
    came = sighting("s1", describer=STRIPES_NAME, stripes=kept(mean))
    projections = Projections()
    projections.take_on({"learned": learned})
    (stored,) = projections.described([came], "learned")
    hit = Hit(rank=1, score=1.0, sighting=summary(stored, None), parts=())
    seen = glimpse_of(hit, 0.0, stored, None, STRIPES_NAME)
    shipped = StripesDescriptor().of([], [mean_of(kept(mean))], np.ones(1))
    assert (seen.describer, seen.descriptor) == (STRIPES_NAME, shipped)
    without = msgspec.structs.replace(stored, stripes=None)
    assert glimpse_of(hit, 0.0, without, None, STRIPES_NAME).describer == "learned", "it weighs nothing"


def test_twins_at_both_ends_of_the_street_at_once_are_two() -> None:
    assert groups(clothed("a", 0, 0, ONE), clothed("b", 9, 0, ONE)) == [{"a"}, {"b"}]


def test_a_grown_person_in_the_childs_colours_is_another() -> None:
    child = clothed("a", 0, 0, ONE, height_m=1.1, height_error_m=0.02)
    adult = clothed("b", 1, 80, ONE, height_m=1.7, height_error_m=0.02)
    assert groups(child, adult) == [{"a"}, {"b"}]


def test_hits_without_a_descriptor_or_a_place_stand_alone_and_none_make_none() -> None:
    assert groups(glimpse("a", 0, 0), glimpse("b", 1, 80), clothed("c", 99, 0, ONE)) == [{"a"}, {"b"}, {"c"}]
    assert groups() == []


def test_who_goes_along_at_several_steps_is_a_companion_and_a_passer_by_is_not() -> None:
    ground = street()
    path = walked(ground, glimpse("a", 0, 0), glimpse("b", 1, 80), glimpse("c", 2, 160))[0]
    beside = {
        "a": [clothed("f1", 0, 1, ONE), clothed("p", 0, 0, OTHER)],
        "b": [],
        "c": [clothed("f2", 2, 161, ONE)],
    }
    (friend,) = company(path, beside, ground, WEIGHING)
    assert [one.sighting_id for one in friend.glimpses] == ["f1", "f2"]
    assert friend.beside == ("a", "c")
