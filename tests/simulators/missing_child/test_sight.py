"""Who is seen from a door: near enough, along the street, and from when to when."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.missing_child.sight import Encounter, Sight, encounters, pieces

EAST = np.array([[0.0, 0.0], [200.0, 0.0]])
NORTH = np.array([[100.0, 0.0], [100.0, 200.0]])
DOOR = np.array([50.0, 6.5])
"""On the northern edge of the street that goes east."""


@pytest.fixture
def sight() -> Sight:
    return Sight(pieces([EAST, NORTH]), 25.0)


def test_pieces_are_the_straight_parts_of_each_street() -> None:
    bent = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 5.0]])
    assert pieces([bent, EAST]).tolist() == [
        [[0.0, 0.0], [10.0, 0.0]],
        [[10.0, 0.0], [10.0, 5.0]],
        [[0.0, 0.0], [200.0, 0.0]],
    ]


def test_door_sees_along_its_own_street_as_far_as_is_told(sight: Sight) -> None:
    places = np.array([[50.0, 0.0], [70.0, -2.0], [76.0, 0.0], [20.0, 0.0]])
    assert sight.sees(DOOR, places).tolist() == [True, True, False, False]


def test_house_at_the_corner_hides_who_is_in_the_next_street(sight: Sight) -> None:
    door = np.array([85.0, 6.5])
    near_by_air = np.array([[100.0, 20.0], [100.0, 4.0]])
    assert np.hypot(*(near_by_air - door).T).max() < 25.0
    assert sight.sees(door, near_by_air).tolist() == [False, True]


def test_encounter_lasts_while_somebody_is_in_sight_and_begins_anew_when_he_comes_back(sight: Sight) -> None:
    step_s = 0.5
    there = np.arange(0.0, 100.0, 1.0)
    along = np.concatenate([there, there[::-1]])
    walk = np.stack([along, np.zeros_like(along)], axis=1)
    found = encounters(sight, DOOR, {"K01": walk}, step_s)
    half_m = float(np.sqrt(25.0**2 - 6.5**2))
    first = np.ceil(50.0 - half_m) * step_s
    assert found[0] == Encounter("K01", first, first + (2 * np.floor(half_m) + 1) * step_s)
    assert len(found) == 2
    assert found[1].from_s > found[0].to_s


def test_who_never_comes_near_is_not_encountered(sight: Sight) -> None:
    walk = np.tile([100.0, 150.0], (20, 1))
    assert encounters(sight, DOOR, {"K01": walk}, 0.5) == []


def test_who_walks_along_sees_whom_his_door_does_not(sight: Sight) -> None:
    stands = np.tile([100.0, 60.0], (120, 1))
    goes = np.concatenate([np.linspace(DOOR, [100.0, 0.0], 60), np.linspace([100.0, 0.0], [100.0, 60.0], 60)])
    assert encounters(sight, DOOR, {"K01": stands}, 1.0) == []
    (found,) = encounters(sight, goes, {"K01": stands}, 1.0)
    assert 60.0 < found.from_s < found.to_s
