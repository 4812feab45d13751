"""The simulated street is the seed's: doors, walks and likenesses are those of its documents and truth."""

from __future__ import annotations

import numpy as np

from simulators.missing_child.playing import KEY_S, LAST_SEEN_S, off_line_cameras
from simulators.missing_child.street import Street
from tests.simulators.missing_child.conftest import SIGHT_M


def test_child_is_last_seen_at_a_door_in_whose_street_she_walks(street: Street) -> None:
    venue_id = street.venue_nearest_to_child(LAST_SEEN_S)
    apart_m = np.hypot(*(street.doors[venue_id] - street.child_at(LAST_SEEN_S)))
    assert apart_m == min(np.hypot(*(door - street.child_at(LAST_SEEN_S))) for door in street.doors.values())
    assert apart_m < SIGHT_M


def test_whoever_sees_her_is_near_her_then(street: Street) -> None:
    child_id = street.truth.missing_child_id
    found = 0
    for venue_id, door in street.doors.items():
        for one in street.seen_from(venue_id):
            if one.person_id == child_id:
                found += 1
                assert np.hypot(*(door - street.child_at(one.from_s))) <= SIGHT_M
    assert found


def test_guard_who_goes_where_she_was_seen_sees_her_who_stays_there(street: Street) -> None:
    child_id = street.truth.missing_child_id
    near, far = sorted(street.doors, key=lambda one: np.hypot(*(street.doors[one] - street.child_at(80.0))))[:16:15]
    from_far = [one for one in street.seen_from(far) if one.person_id == child_id]
    gone = [one for one in street.seen_on_the_way(far, near, 0.0) if one.person_id == child_id]
    assert not from_far
    assert gone


def test_place_that_an_alert_names_is_read_out_of_it(street: Street) -> None:
    venue_id, name = next(iter(street.names.items()))
    assert street.venue_named(f"刚才在{name}附近看到，请出门去找。") == venue_id
    assert street.venue_named("请看住出入口。") is None


def test_she_is_described_by_her_clothes_and_size(street: Street) -> None:
    assert street.words == "红色上衣，蓝色裤子，身高1.10米的孩子"


def test_other_children_are_alike_by_one_garment_of_the_same_colour(street: Street) -> None:
    alike = {person_id for person_id in street.truth.people if person_id != "K01" and street.is_alike(person_id)}
    assert alike == {"K02", "K03", "K04"}


def test_she_has_walked_when_the_key_is_pressed(street: Street) -> None:
    assert street.apart_m(LAST_SEEN_S, LAST_SEEN_S) == 0.0
    assert street.apart_m(LAST_SEEN_S, KEY_S) > 10.0


def test_same_seed_has_the_same_cameras_off_line_and_another_seed_others() -> None:
    cameras = [f"C{number:02d}" for number in range(1, 10)]
    assert off_line_cameras(cameras, 0.33, 5) == off_line_cameras(cameras[::-1], 0.33, 5)
    assert {len(off_line_cameras(cameras, 0.33, seed)) for seed in range(9)} == {3}
    assert len({off_line_cameras(cameras, 0.33, seed) for seed in range(9)}) > 1
    assert off_line_cameras(cameras, 0.0, 5) == ()
