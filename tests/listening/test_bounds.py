"""How many connections there may be, and which one gives way: the silent before the busy, its own before others'."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.clock import ManualClock
from hub.listening.bounds import Bounds, Connections, Slot
from hub.listening.buckets import Rate
from hub.listening.turned_away import Reason, TurnedAway

PHONE = "192.168.1.20"
OTHER = "192.168.1.21"


class House:
    """Connections within small bounds; ``ended`` names those that had to give way."""

    def __init__(self, **bounds: int) -> None:
        self.turned_away = TurnedAway()
        small = {"most": 6, "kept": 0, "resting": 4, "of_address": 4, "resting_of_address": 3}
        self.clock = ManualClock()
        rate = Rate(per_s=10, burst=200)
        self.connections = Connections(Bounds(**(small | bounds), new_of_address=rate), self.turned_away, self.clock)
        self.ended: list[str] = []

    def come(self, name: str, address: str = PHONE) -> Slot | None:
        return self.connections.admit(address, lambda: self.ended.append(name))

    def work(self, name: str, address: str = PHONE) -> Slot:
        slot = self.come(name, address)
        assert slot is not None
        slot.busy()
        return slot


def test_silent_connection_gives_way_to_a_new_one_of_its_own_address_first() -> None:
    house = House()
    house.come("theirs", OTHER)
    for name in "abcd":
        assert house.come(name) is not None
    assert house.ended == ["a"]
    assert house.connections.count == 4


def test_silent_connections_of_many_addresses_keep_nobody_out() -> None:
    house = House()
    for number in range(100):
        assert house.come(str(number), f"10.0.0.{number}") is not None
    assert house.ended == [str(number) for number in range(96)]
    assert house.turned_away.counts[Reason.GAVE_WAY] == 96


def test_busy_connection_never_gives_way() -> None:
    house = House()
    for name in "abcd":
        house.work(name)
    assert house.come("e") is None
    assert (house.ended, house.turned_away.counts[Reason.TOO_MANY_OF_ADDRESS]) == ([], 1)
    for name in "fg":
        house.work(name, OTHER)
    assert house.come("h", "10.0.0.1") is None
    assert (house.ended, house.turned_away.counts[Reason.TOO_MANY_CONNECTIONS]) == ([], 1)


def test_connection_that_rests_between_requests_gives_way_and_one_that_works_again_does_not() -> None:
    house = House(resting=1)
    slot = house.work("a")
    slot.rest()
    assert house.come("b", OTHER) is not None
    assert house.ended == ["a"]
    slot.busy()
    slot.rest()
    slot.release()
    assert house.connections.count == 1


def test_this_machine_is_not_one_address() -> None:
    house = House(most=50, resting=50)
    slots = [house.come(str(number), "127.0.0.1") for number in range(40)]
    assert None not in slots
    assert house.ended == []


def test_address_that_comes_again_and_again_is_slowed_and_another_is_not() -> None:
    house = House()
    came = 0
    for _ in range(250):
        slot = house.come("a")
        if slot is not None:
            slot.release()
            came += 1
    assert (came, house.turned_away.counts[Reason.CONNECTION_RATE]) == (200, 50)
    assert house.come("b", OTHER) is not None
    house.clock.advance(0.1)
    assert house.come("c") is not None
    assert house.come("d") is None
    for _ in range(1_000):
        slot = house.come("mine", "127.0.0.1")
        assert slot is not None
        slot.release()


def test_places_are_kept_that_only_this_machine_may_take() -> None:
    house = House(most=6, kept=2)
    for number in range(4):
        house.work(str(number), f"10.0.0.{number}")
    assert house.come("stranger", OTHER) is None
    near = [house.work(name, address) for name, address in (("a", "127.0.0.1"), ("b", "::1"))]
    assert house.come("c", "127.0.0.1") is None
    near[0].rest()
    assert house.come("stranger", OTHER) is None
    assert house.ended == [], "who comes from elsewhere takes no place of this machine's, though it rests"
    assert house.come("c", "127.0.0.1") is not None
    assert house.ended == ["a"]


def test_this_machine_takes_the_place_of_a_silent_stranger_before_its_own() -> None:
    house = House(most=3, resting=3, kept=0)
    house.come("mine", "127.0.0.1")
    house.come("theirs")
    house.work("busy", OTHER)
    assert house.come("mine too", "127.0.0.1") is not None
    assert house.ended == ["theirs"]


def test_one_ipv6_subscriber_counts_as_one_address_with_whatever_address_of_its_network() -> None:
    house = House()
    for number in range(4):
        house.work(str(number), f"2001:db8::{number + 1:x}")
    assert house.come("e", "2001:db8::ffff") is None
    assert house.turned_away.counts[Reason.TOO_MANY_OF_ADDRESS] == 1
    assert house.come("f", "2001:db8:0:1::1") is not None
    slow = House()
    came = 0
    for number in range(250):
        slot = slow.come("a", f"2001:db8::{number + 1:x}")
        if slot is not None:
            slot.release()
            came += 1
    assert came == 200


def test_one_that_ended_makes_room() -> None:
    house = House()
    slots = [house.work(name) for name in "abcd"]
    slots[0].release()
    slots[0].release()
    assert house.come("e") is not None
    assert house.connections.count == 4


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["come", "busy", "rest", "release"])), max_size=80))
def test_whatever_happens_the_bounds_hold_and_nothing_is_counted_twice(steps: list[tuple[int, str]]) -> None:
    house = House()
    slots: list[Slot] = []
    for number, step in steps:
        if step == "come":
            slot = house.come(str(number), f"10.0.0.{number % 3}")
            slots += [slot] if slot else []
        elif slots:
            getattr(slots[number % len(slots)], step)()
        there = [slot for slot in slots if not slot.released]
        assert house.connections.count == len(there) <= 6
        for address in {slot.network for slot in there}:
            assert sum(slot.network == address for slot in there) <= 4
    for slot in slots:
        slot.release()
    assert house.connections.count == 0
