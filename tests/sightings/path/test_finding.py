"""The path through the hits: who walks too fast is two people, who was not seen on the way is less likely, whom the
officer confirms is on it.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from hub.sightings.messages import Verdict
from hub.sightings.path.finding import find
from hub.sightings.path.glimpses import Glimpse
from hub.sightings.path.ground import CameraGround, Post
from hub.sightings.path.pace import ADULT, CHILD
from hub.streets.network import StreetNetwork
from tests.sightings.path.street import ALWAYS, BEGAN_S, NETWORK, QUIET, WEIGHING, glimpse, ids, street, walked


def test_sightings_a_walk_apart_are_one_path_with_its_walk_and_pace() -> None:
    (path, *_) = walked(street(), glimpse("a", 0, 0), glimpse("b", 1, 80), glimpse("c", 2, 165))
    assert ids(path) == ["a", "b", "c"]
    assert [step.walk_m for step in path.steps] == [None, 100, 100]
    assert path.steps[1].taken_s == 74
    assert path.steps[1].pace_mps == pytest.approx(1.25)
    assert all(step.likelihood > 0.9 and step.possible for step in path.steps)


def test_somebody_alike_at_the_other_end_of_the_street_is_left_out() -> None:
    (path, *_) = walked(street(), glimpse("a", 0, 0), glimpse("far", 9, 40), glimpse("b", 1, 80), glimpse("c", 2, 160))
    assert ids(path) == ["a", "b", "c"]


def test_an_hour_of_play_between_two_cameras_is_unlikely_and_yet_possible() -> None:
    brisk = walked(street(), glimpse("a", 0, 0), glimpse("b", 1, 80))[0]
    played = walked(street(), glimpse("a", 0, 0, look=10), glimpse("b", 1, 3600, look=10))[0]
    assert ids(played) == ["a", "b"]
    assert played.steps[1].gain - 5 - 5 < brisk.steps[1].gain


def test_a_camera_on_the_way_that_did_not_see_him_makes_it_less_likely_but_not_one_off_line() -> None:
    pair = glimpse("a", 0, 0), glimpse("b", 2, 160)
    seen_by_none, off_line = walked(street(), *pair)[0], walked(street(C1=ALWAYS), *pair)[0]
    assert seen_by_none.steps[1].missed_by == ("C1",)
    assert off_line.steps[1].missed_by == ()
    assert off_line.gain > seen_by_none.gain + 0.5


def test_a_camera_that_was_off_line_when_he_passed_costs_nothing() -> None:
    pair = glimpse("a", 0, 0), glimpse("b", 2, 160)
    then, later = ((BEGAN_S + 60, BEGAN_S + 100),), ((BEGAN_S + 120, BEGAN_S + 200),)
    gains = [walked(street(**blind), *pair)[0].gain for blind in ({"C1": ALWAYS}, {"C1": then}, {"C1": later}, {})]
    assert gains[0] == pytest.approx(gains[1])
    assert gains[2] == pytest.approx(gains[3])
    assert walked(street(C1=then), *pair)[0].steps[1].missed_by == ()


def test_on_a_long_way_a_camera_is_asked_that_could_see_from_the_first_sighting_to_the_last() -> None:
    pair = glimpse("a", 0, 0, look=10), glimpse("b", 2, 3600, look=10)
    before, within, after = ((-900, -300),), ((2000, 2100),), ((4000, 9000),)
    gains = [
        walked(street(C1=tuple((BEGAN_S + since, BEGAN_S + until) for since, until in spans)), *pair)[0].gain
        for spans in ((), before, after, within)
    ]
    assert gains[0] == pytest.approx(gains[1]) == pytest.approx(gains[2])
    assert gains[3] > gains[0] + 0.1
    assert gains[3] == pytest.approx(walked(street(C1=ALWAYS), *pair)[0].gain)


def test_a_camera_with_masks_is_not_asked_whether_on_line_or_not() -> None:
    masked = street(C1=ALWAYS).with_blind({"C1": (), "C3": ((BEGAN_S, BEGAN_S + 9),)})
    assert walked(masked, glimpse("a", 0, 0), glimpse("b", 2, 160))[0].steps[1].missed_by == ()


def test_two_cameras_that_see_the_same_place_may_both_see_him_at_once() -> None:
    ground = CameraGround(NETWORK, [Post("C0", 0, 0, 5), Post("C1", 4, 0, 5), Post("C2", 300, 0, 5)])
    both = find([glimpse("a", 0, 0), glimpse("b", 1, 1)], ground, QUIET, CHILD, WEIGHING, 1)
    apart = find([glimpse("a", 0, 0), glimpse("b", 2, 1)], ground, QUIET, CHILD, WEIGHING, 1)
    assert ids(both[0]) == ["a", "b"]
    assert len(apart[0].steps) == 1


def test_two_at_once_on_one_camera_are_two_people() -> None:
    assert len(walked(street(), glimpse("a", 0, 0), glimpse("b", 0, 2))[0].steps) == 1


def test_rejected_is_out_and_confirmed_is_in_and_all_else_is_found_anew() -> None:
    child = [glimpse("a", 0, 0), glimpse("b", 1, 80), glimpse("c", 2, 160)]
    other = [glimpse("x", 8, 0, look=1), glimpse("y", 7, 80, look=1)]
    assert ids(walked(street(), *child, *other)[0]) == ["a", "b", "c"]
    rejected = [glimpse("a", 0, 0), glimpse("b", 1, 80, verdict=Verdict.REJECTED), glimpse("c", 2, 160)]
    assert ids(walked(street(), *rejected)[0]) == ["a", "c"]
    confirmed = [*child, glimpse("x", 8, 0, look=1, verdict=Verdict.CONFIRMED), other[1]]
    assert ids(walked(street(), *confirmed)[0]) == ["x", "y"]


def test_the_officers_word_stands_also_where_nobody_walks_so_fast() -> None:
    said = {"verdict": Verdict.CONFIRMED, "look": -9.0}
    (path, *_) = walked(street(), glimpse("a", 0, 0, **said), glimpse("far", 9, 20, **said))
    assert ids(path) == ["a", "far"]
    assert [step.possible for step in path.steps] == [True, False]


def test_who_looks_like_the_confirmed_one_is_followed() -> None:
    red, blue = bytes([100] * 32 + [0] * 32), bytes([0] * 32 + [100] * 32)
    seen = {"describer": "test-1"}
    start = glimpse("a", 5, 0, descriptor=red, verdict=Verdict.CONFIRMED, **seen)
    east, west = glimpse("e", 6, 80, descriptor=red, **seen), glimpse("w", 4, 80, descriptor=blue, look=6.0, **seen)
    assert ids(walked(street(), start, east, west)[0]) == ["a", "e"]


def test_alternatives_say_where_he_may_have_gone_instead() -> None:
    paths = walked(street(), glimpse("a", 5, 0), glimpse("e", 6, 80), glimpse("w", 4, 82, look=4.8))
    assert [ids(path) for path in paths[:2]] == [["a", "e"], ["a", "w"]]
    assert len({tuple(ids(path)) for path in paths}) == len(paths)


def test_an_adult_may_be_faster_than_a_child() -> None:
    pair = [glimpse("a", 0, 0), glimpse("b", 1, 62)]
    child, adult = (find(pair, street(), QUIET, pace, WEIGHING, 1)[0] for pace in (CHILD, ADULT))
    assert adult.gain > child.gain


def test_cameras_without_a_place_are_left_out_and_no_hits_make_no_path() -> None:
    nowhere = Glimpse("n", "C99", BEGAN_S, BEGAN_S + 5, 9.0)
    assert walked(street(), nowhere) == ()
    assert ids(walked(street(), nowhere, glimpse("a", 0, 0))[0]) == ["a"]


def test_two_thousand_hits_take_tenths_of_a_second_not_minutes() -> None:
    rng = np.random.default_rng(1)
    grid = [np.array([(x, 0.0), (x, 1000.0)]) for x in range(0, 1001, 100)]
    grid += [np.array([(0.0, y), (1000.0, y)]) for y in range(0, 1001, 100)]
    posts = [Post(f"C{n}", float(rng.integers(11) * 100), float(rng.uniform(0, 1000)), 8) for n in range(100)]
    ground = CameraGround(StreetNetwork(grid), posts)
    times, cameras = rng.uniform(0, 36_000, 2000), rng.integers(100, size=2000)
    hits = [
        glimpse(str(n), int(camera), float(at_s), look=float(rng.normal(-2, 3)))
        for n, (at_s, camera) in enumerate(zip(times, cameras, strict=True))
    ]
    began = time.thread_time()
    paths = find(hits, ground, QUIET, CHILD, WEIGHING, 3)
    assert time.thread_time() - began < 3.0
    assert len(paths[0].steps) > 1
