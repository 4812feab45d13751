"""Children who stop and turn back: nobody leaps, legs walk forwards, and other communities stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.community.dawdling import Walk
from simulators.community.parameters import Parameters
from simulators.community.people import PersonKind
from simulators.community.scene import Scene, make_scene

TIMES_S = np.arange(0, 180, 0.1)


@pytest.fixture(scope="module")
def dawdling() -> Scene:
    return make_scene(Parameters(dawdling=1.0))


def test_each_child_stands_for_a_while_and_some_go_back(dawdling: Scene) -> None:
    children = [person for person in dawdling.people if person.kind is not PersonKind.ADULT]
    went = [np.diff(child.walked_m(TIMES_S)) for child in children]
    assert all((np.abs(steps) < 1e-9).sum() >= 100 for steps in went)
    assert any(steps.min() < -1e-3 for steps in went)
    assert all(child.walked_m(TIMES_S).min() >= child.start_m for child in children)


def test_who_turns_back_looks_where_they_go_and_walks_forwards(dawdling: Scene) -> None:
    for child in dawdling.people[:6]:
        where, looking = child.stand(TIMES_S)
        steps = np.diff(where, axis=0)
        walking = np.hypot(*steps.T) > 0.05
        assert (np.einsum("td,td->t", steps, looking[1:])[walking] > 0).mean() > 0.98
        assert np.hypot(*steps.T).max() < 0.2
        assert np.diff(child.paced_m(TIMES_S)).min() >= 0


def test_adults_and_children_who_walk_evenly_are_as_they_were(dawdling: Scene) -> None:
    for there, here in zip(make_scene(Parameters()).people, dawdling.people, strict=True):
        assert there.walk is None
        assert (there.seed, there.start_m, there.tones) == (here.seed, here.start_m, here.tones)
        if here.kind is PersonKind.ADULT:
            assert here.walk is None


def test_communities_that_were_made_before_are_not_made_anew() -> None:
    assert Parameters().fingerprint() == "310e9d4e42dd4db57488def9bf461d2a9916b25b03d4ca627a2182eb7d000ea6"
    assert Parameters(dawdling=0.5).fingerprint() != Parameters().fingerprint()


def test_walk_stands_and_goes_back_as_it_is_told() -> None:
    walk = Walk(np.array([0.0, 10.0, 20.0, 25.0]), np.array([0.0, 12.0, 12.0, 6.0]))
    times = np.array([5.0, 15.0, 22.5, 30.0])
    assert walk.along_m(times).tolist() == [6, 12, 9, 6]
    assert walk.paced_m(times).tolist() == [6, 12, 15, 18]
    assert walk.goes_back(times).tolist() == [False, False, True, False]
