"""The most probable path: the same as trying every path, on instances small enough to try them all."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sightings.path.trellis import Solved, Trellis, alternatives

GAINS = st.one_of(st.just(-math.inf), st.integers(-40, 40).map(lambda quarters: quarters / 4))


@st.composite
def trellises(draw: st.DrawFn) -> Trellis:
    """Up to seven glimpses; two forced ones can always follow one another, as ``join`` sees to."""
    count = draw(st.integers(1, 7))
    start = np.array([draw(st.integers(-40, 20)) / 4 for _ in range(count)])
    forced = np.array([draw(st.integers(0, 3)) == 0 for _ in range(count)], np.bool_)
    joins = np.full((count, count), -np.inf, np.float32)
    for later, earlier in itertools.product(range(count), range(count)):
        if earlier < later:
            gain = draw(GAINS)
            joins[later, earlier] = -60.0 if forced[later] and forced[earlier] and math.isinf(gain) else gain
    looks = np.array([draw(st.integers(-20, 20)) / 4 for _ in range(count)])
    return Trellis(start, joins, looks, forced)


def gain(trellis: Trellis, way: tuple[int, ...]) -> float:
    joined = sum(float(trellis.joins[b, a]) for a, b in itertools.pairwise(way))
    return float(trellis.start[way[0]]) + joined + float(trellis.looks[list(way)].sum())


def all_ways(trellis: Trellis) -> list[tuple[int, ...]]:
    numbers = range(len(trellis.start))
    forced = set(np.flatnonzero(trellis.forced).tolist())
    every = (way for size in range(1, len(numbers) + 1) for way in itertools.combinations(numbers, size))
    return [way for way in every if forced <= set(way)]


@given(trellises())
def test_best_path_is_the_best_of_all(trellis: Trellis) -> None:
    best = Solved(trellis).best()
    assert best.gain == max(gain(trellis, way) for way in all_ways(trellis))
    assert gain(trellis, best.numbers) == best.gain


@given(trellises(), st.integers(0, 6))
def test_best_path_without_a_step_is_the_best_of_all_that_lack_it(trellis: Trellis, number: int) -> None:
    number %= len(trellis.start)
    if trellis.forced[number]:
        return
    found = Solved(trellis).without(number)
    gains = [gain(trellis, way) for way in all_ways(trellis) if number not in way]
    if not gains or math.isinf(max(gains)):
        assert found is None
    else:
        assert found is not None
        assert found.gain == max(gains) == gain(trellis, found.numbers)
        assert number not in found.numbers


@given(trellises())
def test_likelihood_of_a_step_is_the_share_of_all_paths_that_have_it(trellis: Trellis) -> None:
    weights = {way: math.exp(gain(trellis, way)) for way in all_ways(trellis)}
    nobody = 0.0 if trellis.forced.any() else 1.0
    total = sum(weights.values()) + nobody
    if total < 1e-20:
        return
    shares = [
        sum(weight for way, weight in weights.items() if n in way) / total for n in range(len(trellis.start))
    ]  # fmt: skip
    assert Solved(trellis).likelihoods() == pytest.approx(np.array(shares), abs=1e-3)


@given(trellises())
def test_alternatives_are_distinct_and_each_lacks_a_step(trellis: Trellis) -> None:
    solved = Solved(trellis)
    best = solved.best()
    others = alternatives(solved, best, trellis.forced.tolist(), 3)
    assert len({way.numbers for way in (best, *others)}) == 1 + len(others)
    assert all(set(best.numbers) - set(way.numbers) for way in others)
    assert all(a.gain >= b.gain for a, b in itertools.pairwise((best, *others)))
    assert all(np.flatnonzero(trellis.forced)[k] in way.numbers for way in others for k in range(trellis.forced.sum()))


def test_no_glimpses_make_no_path() -> None:
    empty = Trellis(np.zeros(0), np.zeros((0, 0), np.float32), np.zeros(0), np.zeros(0, np.bool_))
    assert Solved(empty).best().numbers == ()
    assert len(Solved(empty).likelihoods()) == 0
