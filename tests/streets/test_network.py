"""Walking along streets: a town drawn on squared paper, whose distances can be counted by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.streets.network import DETOUR, Ground, StreetNetwork, read_streets

TOWN = [np.array(line, dtype=float) for line in ([(0, 0), (200, 0)], [(100, -100), (100, 100)], [(200, 0), (200, 80)])]


def _walk(network: StreetNetwork, source: tuple[float, float], *targets: tuple[float, float]) -> list[float]:
    return [round(float(one), 6) for one in network.walk_m(np.array(source), np.array(targets, dtype=float))]


def test_walk_turns_at_a_crossing_that_no_corner_of_the_map_names() -> None:
    assert _walk(StreetNetwork(TOWN), (0, 0), (100, 100), (200, 80)) == [200, 280]


def test_walk_begins_and_ends_beside_the_street() -> None:
    assert _walk(StreetNetwork(TOWN), (50, 10), (100, 60)) == [10 + 50 + 60]


def test_walk_within_one_piece_of_street_does_not_go_round_by_its_ends() -> None:
    assert _walk(StreetNetwork(TOWN), (10, 0), (30, 0), (10, 0)) == [20, 0]


def test_neighbours_behind_the_houses_do_not_go_round_by_the_street() -> None:
    assert _walk(StreetNetwork(TOWN), (40, 30), (40, 30), (50, 30)) == [0, 10]


def test_walk_is_never_shorter_than_the_straight_line() -> None:
    network = StreetNetwork([np.array([(0.0, 0.0), (100.0, 0.0)])])
    assert _walk(network, (50, 30), (50, -30)) == [60]


def test_street_drawn_two_metres_short_of_another_meets_it() -> None:
    network = StreetNetwork([np.array([(0.0, 0.0), (100.0, 0.0)]), np.array([(50.0, 2.0), (50.0, 100.0)])])
    assert _walk(network, (0, 0), (50, 100)) == [150]


def test_place_that_no_street_leads_to_is_a_straight_line_and_a_detour_away() -> None:
    network = StreetNetwork([np.array([(0.0, 0.0), (100.0, 0.0)]), np.array([(0.0, 500.0), (100.0, 500.0)])])
    assert _walk(network, (0, 0), (0, 500)) == [500 * DETOUR]


def test_community_without_streets_is_measured_straight() -> None:
    assert _walk(StreetNetwork([]), (0, 0), (30, 40)) == [50 * DETOUR]


def test_of_two_ways_between_the_same_corners_the_shorter_one_is_walked() -> None:
    bow = np.array([(0.0, 0.0), (50.0, 80.0), (100.0, 0.0)])
    network = StreetNetwork([bow, np.array([(0.0, 0.0), (100.0, 0.0)]), np.array([(0.0, 0.0), (100.0, 0.0)])])
    assert _walk(network, (0, 0), (100, 0)) == [100]


_POINT = st.tuples(st.floats(-300, 300), st.floats(-300, 300))


@given(_POINT, _POINT, st.lists(st.lists(_POINT, min_size=1, max_size=5), max_size=6))
def test_there_and_back_is_as_far_and_no_nearer_than_the_crow_flies(
    here: tuple[float, float], there: tuple[float, float], lines: list[list[tuple[float, float]]]
) -> None:
    network = StreetNetwork([np.array(line) for line in lines])
    (out,), (back,) = _walk(network, here, there), _walk(network, there, here)
    assert out == pytest.approx(back, abs=0.3)
    assert out >= np.hypot(here[0] - there[0], here[1] - there[1]) - 1e-6


def test_streets_of_a_map_are_read_and_what_is_none_is_left_out() -> None:
    ground = Ground(25.0, 105.0)
    features = [
        {
            "properties": {"kind": "street"},
            "geometry": {"type": "LineString", "coordinates": [[105, 25], [105.001, 25]]},
        },
        {
            "properties": {"kind": "street"},
            "geometry": {"type": "MultiLineString", "coordinates": [[[105, 25], [105, 25.001]]]},
        },
        {"properties": {"kind": "water"}, "geometry": {"type": "LineString", "coordinates": [[105, 25], [105.1, 25]]}},
        {"properties": {"kind": "street"}, "geometry": {"type": "LineString", "coordinates": [["a", 25], [105.1]]}},
        {"properties": {"kind": "street"}, "geometry": None},
        {"properties": None},
        7,
    ]
    network = read_streets(json.dumps({"type": "FeatureCollection", "features": features}).encode(), ground)
    assert network.segments == 2
    ends = ground.metres(np.array([[25.0, 105.001], [25.001, 105.0]]))
    walked = network.walk_m(ends[0], ends[1:])
    assert walked[0] == pytest.approx(111.32 + 111.32 * np.cos(np.radians(25.0)), abs=0.01)


def test_many_walks_at_once_are_the_same_as_one_by_one() -> None:
    network = StreetNetwork(TOWN)
    places = np.random.default_rng(1).uniform(-100, 250, (20, 2))
    assert network.walks_m(places, places) == pytest.approx(np.stack([network.walk_m(one, places) for one in places]))


def test_stretches_are_as_far_as_the_walk_to_their_middles() -> None:
    network = StreetNetwork(TOWN)
    cut = network.stretches(15.0)
    assert cut.lengths_m.max() <= 15.0
    assert cut.lengths_m.sum() == pytest.approx(200 + 200 + 80)
    places = np.array([(40.0, 0.0), (100.0, 70.0)])
    assert network.spread_m(places, cut) == pytest.approx(network.walks_m(places, (cut.begins + cut.ends) / 2))


_PLACE = st.tuples(st.floats(-50, 250), st.floats(-150, 150))


@given(source=_PLACE, target=_PLACE)
def test_way_that_is_drawn_is_as_long_as_the_walk_that_is_told(
    source: tuple[float, float], target: tuple[float, float]
) -> None:
    network = StreetNetwork(TOWN)
    way = network.way(np.array(source), np.array(target))
    assert (way[0].tolist(), way[-1].tolist()) == (list(source), list(target))
    assert np.hypot(*np.diff(way, axis=0).T).sum() == pytest.approx(_walk(network, source, target)[0], abs=0.1)


def test_way_is_drawn_round_the_corners_of_the_streets() -> None:
    way = StreetNetwork(TOWN).way(np.array([0.0, 5.0]), np.array([100.0, 100.0]))
    assert np.unique(np.round(way), axis=0).tolist() == [[0, 0], [0, 5], [100, 0], [100, 100]]


def test_way_where_no_street_leads_is_drawn_straight() -> None:
    apart = StreetNetwork([np.array([(0.0, 0.0), (100.0, 0.0)]), np.array([(0.0, 500.0), (100.0, 500.0)])])
    for network in (apart, StreetNetwork([])):
        assert network.way(np.array([0.0, 0.0]), np.array([0.0, 500.0])).tolist() == [[0, 0], [0, 500]]
