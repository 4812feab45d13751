"""Which places lie in a circle, in a polygon, beside a path: against slower ways to say the same."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.alerts.shapes import METRES_A_DEGREE, Point, along_path, in_circle, in_polygon

HERE = (25.1, 105.47)
M_NORTH = 1 / METRES_A_DEGREE
M_EAST = M_NORTH / np.cos(np.radians(HERE[0]))
metres = st.integers(-2000, 2000)
grounds = st.tuples(metres, metres)


def at(north_m: float, east_m: float) -> Point:
    return (HERE[0] + north_m * M_NORTH, HERE[1] + east_m * M_EAST)


def is_left(a: tuple[int, int], b: tuple[int, int], of: tuple[int, int]) -> int:
    return (b[0] - a[0]) * (of[1] - a[1]) - (of[0] - a[0]) * (b[1] - a[1])


@given(st.lists(grounds, min_size=3, max_size=12), grounds)
def test_place_is_inside_where_the_way_around_it_goes_round_an_odd_number_of_times(
    corners: list[tuple[int, int]], place: tuple[int, int]
) -> None:
    sides = list(pairwise([*corners, corners[0]]))
    assume(all(is_left(a, b, place) != 0 for a, b in sides if a != b))  # on a line either answer is right
    turns = 0
    for a, b in sides:
        if a[0] <= place[0] < b[0]:
            turns += is_left(a, b, place) > 0
        elif b[0] <= place[0] < a[0]:
            turns += is_left(a, b, place) < 0
    assume(all(corner[1] != place[1] for corner in corners))
    (inside,) = in_polygon(np.array([at(*place)]), [at(*corner) for corner in corners])
    assert inside == bool(turns % 2)


@given(st.lists(grounds, min_size=2, max_size=6), grounds, st.integers(10, 1000))
def test_place_is_beside_a_path_where_a_step_of_the_path_is_as_near(
    line: list[tuple[int, int]], place: tuple[int, int], within_m: int
) -> None:
    steps = [np.linspace(a, b, 200) for a, b in pairwise(np.array(line, dtype=float))]
    nearest_m = float(np.hypot(*(np.concatenate(steps) - place).T).min())
    assume(abs(nearest_m - within_m) > 25)  # a step is up to 28 m, and the ground is not quite flat
    (beside,) = along_path(np.array([at(*place)]), [at(*point) for point in line], within_m)
    assert beside == (nearest_m < within_m)


def test_circle_is_as_wide_to_the_east_as_to_the_north() -> None:
    places = np.array([at(99, 0), at(0, -99), at(101, 0), at(0, 101), at(71, 71)])
    assert in_circle(places, HERE, 100.0).tolist() == [True, True, False, False, False]


def test_path_that_stands_still_is_a_place() -> None:
    places = np.array([at(40, 0), at(60, 0)])
    assert along_path(places, [HERE, HERE], 50.0).tolist() == [True, False]
