"""What likeness is worth: learned from scores of his and of others, and what is not known is worth nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sightings.messages import Age, Field, Hit, Part, summary
from hub.sightings.path.anchors import Anchors, compared
from hub.sightings.path.evaluation.learning import MOST, curve
from hub.sightings.path.weighing import Curve, Weighing, learned
from tests.sightings.path.street import WEIGHING, glimpse
from tests.sightings.seen import sighting

SCORES = st.lists(st.floats(0, 1), min_size=3, max_size=60)


def hit(**said: Any) -> Hit:
    part = {field: Part(field=field, score=0.3, words="", words_en="") for field in (Field.UPPER, Field.HEIGHT)}
    return Hit(rank=1, score=0.3, sighting=summary(sighting(**said), None), parts=tuple(part.values()))


@given(SCORES, SCORES)
def test_a_higher_score_never_weighs_less_and_none_weighs_too_much(same: list[float], others: list[float]) -> None:
    found = curve(same, others)
    assert list(found.scores) == sorted(found.scores)
    assert list(found.ratios) == sorted(found.ratios)
    assert max(np.abs(found.ratios)) <= MOST


def test_a_score_that_three_times_as_many_of_his_have_weighs_the_logarithm_of_three() -> None:
    same = [0.9] * 600 + [0.1] * 400
    others = [0.9] * 200 + [0.1] * 800
    found = curve(same, others)
    assert found.at(np.array([0.9]))[0] == pytest.approx(np.log(3), abs=0.05)


def test_a_height_that_nobody_measured_says_nothing_for_or_against() -> None:
    flat = {"upper": Curve((0.0, 1.0), (1.0, 1.0)), "height": Curve((0.0, 1.0), (-4.0, -4.0))}
    weighing = Weighing(child=flat, adult={}, describer="", same_looks=WEIGHING.same_looks,
                        same_height=WEIGHING.same_height, seen=0.9)  # fmt: skip
    assert weighing.look(hit(), Age.CHILD) == -3.0
    assert weighing.look(hit(height_m=None), Age.CHILD) == 1.0
    assert weighing.look(hit(), None) == 0.0


def test_what_is_shipped_can_be_read_and_tells_like_from_unlike() -> None:
    shipped = learned()
    assert {"upper", "lower", "height", "age"} <= set(shipped.child) & set(shipped.adult)
    for one in (*shipped.child.values(), *shipped.adult.values(), shipped.same_looks, shipped.same_height):
        assert one.ratios[0] < 0 < one.ratios[-1]
    assert 0.5 < shipped.seen < 1


def test_an_anchor_is_not_compared_with_itself() -> None:
    looks = {"describer": "test-1", "descriptor": bytes([50] * 64), "height_m": 1.1, "height_error_m": 0.02}
    alone, twin = glimpse("a", 0, 0, **looks), glimpse("b", 1, 80, **looks)
    known = Anchors((alone,), "test-1")
    assert np.isnan(known.cosines([alone])[0]) and np.isnan(known.heights([alone])[0])
    assert known.cosines([twin])[0] == pytest.approx(1.0)
    one, other = compared([alone, twin], [alone], WEIGHING)
    assert (one.look, other.look) == (alone.look, twin.look + 4.0)
