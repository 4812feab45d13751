"""The throttle: whoever guesses waits, whoever is known does not, and its tables stay bounded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.protocol.clock import ManualClock
from hub.access.throttle import ACCOUNT, ADDRESS, KNOWN, PAIR, Throttle, Throttled

STRANGERS = st.tuples(
    st.sampled_from(["chen", "wang", "nobody"]),
    st.sampled_from([f"192.0.2.{n}" for n in range(6)]),
    st.sampled_from(["wrong", "right", "undone", "pending"]),
    st.floats(0, 2000),
)


def fail(throttle: Throttle, person_id: str, address: str, known_id: str | None = None) -> None:
    throttle.begin(person_id, address, known_id)


def wait_of(throttle: Throttle, person_id: str, address: str, known_id: str | None = None) -> float:
    """How long a try has to wait now; makes none."""
    try:
        throttle.begin(person_id, address, known_id).undone()
    except Throttled as throttled:
        return throttled.wait_s
    return 0.0


def guessed_at_for_an_hour(guess: Callable[[int], tuple[str, str]]) -> tuple[Throttle, int]:
    """A throttle after a wrong try every second as (account, address), and how many it let through."""
    clock = ManualClock()
    throttle = Throttle(clock)
    let_through = 0
    for n in range(3600):
        clock.advance(1)
        with suppress(Throttled):
            fail(throttle, *guess(n))
            let_through += 1
    return throttle, let_through


def test_after_three_failures_the_delay_doubles_up_to_a_quarter_of_an_hour() -> None:
    clock = ManualClock()
    throttle = Throttle(clock)
    delays = []
    for _ in range(16):
        fail(throttle, "chen", "192.0.2.1")
        delay = wait_of(throttle, "chen", "192.0.2.1")
        delays.append(delay)
        clock.advance(delay)
    assert delays == [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]


def test_the_same_account_from_elsewhere_and_another_account_from_there_do_not_wait() -> None:
    throttle = Throttle(ManualClock())
    for _ in range(3):
        fail(throttle, "chen", "192.0.2.1")
    assert wait_of(throttle, "chen", "192.0.2.1") > 0
    assert wait_of(throttle, "chen", "192.0.2.2") == 0
    assert wait_of(throttle, "wang", "192.0.2.1") == 0


def test_a_right_try_forgets_the_own_failures() -> None:
    throttle = Throttle(ManualClock())
    fail(throttle, "chen", "192.0.2.1")
    fail(throttle, "chen", "192.0.2.1")
    throttle.begin("chen", "192.0.2.1", None).succeeded()
    fail(throttle, "chen", "192.0.2.1")
    fail(throttle, "chen", "192.0.2.1")
    assert wait_of(throttle, "chen", "192.0.2.1") == 0


def test_many_at_once_gain_nothing() -> None:
    throttle = Throttle(ManualClock())
    for _ in range(PAIR.free):
        throttle.begin("chen", "192.0.2.1", None)
    with pytest.raises(Throttled):
        throttle.begin("chen", "192.0.2.1", None)


def test_refused_tries_prolong_nothing() -> None:
    clock = ManualClock()
    throttle = Throttle(clock)
    for _ in range(PAIR.free):
        fail(throttle, "chen", "192.0.2.1")
    for _ in range(100):
        with pytest.raises(Throttled):
            throttle.begin("chen", "192.0.2.1", None)
    clock.advance(1)
    assert wait_of(throttle, "chen", "192.0.2.1") == 0


def test_one_account_guessed_at_from_everywhere_is_slowed_for_unknown_browsers() -> None:
    throttle, let_through = guessed_at_for_an_hour(lambda n: ("chen", f"10.{n // 256}.{n % 256}.1"))
    assert let_through <= ACCOUNT.free + 3600 / ACCOUNT.longest_s + 10
    assert wait_of(throttle, "wang", "10.0.0.1") == 0


def test_one_address_that_tries_every_account_is_slowed() -> None:
    throttle, let_through = guessed_at_for_an_hour(lambda n: (f"person{n}", "192.0.2.1"))
    assert let_through <= ADDRESS.free + 3600 / ADDRESS.longest_s + 10
    assert wait_of(throttle, "person1", "192.0.2.2") == 0


def test_known_browser_is_throttled_by_its_own_failures() -> None:
    clock = ManualClock()
    throttle = Throttle(clock)
    for _ in range(KNOWN.free):
        fail(throttle, "chen", "192.0.2.1", "K1")
    assert wait_of(throttle, "chen", "192.0.2.1", "K1") > 0
    assert wait_of(throttle, "chen", "192.0.2.1", "K2") == 0
    assert wait_of(throttle, "chen", "192.0.2.1") == 0, "and counts for no stranger beside it"


def test_failures_are_forgotten_after_an_hour() -> None:
    clock = ManualClock()
    throttle = Throttle(clock)
    for _ in range(2):
        fail(throttle, "chen", "192.0.2.1")
    clock.advance(3600)
    fail(throttle, "chen", "192.0.2.1")
    fail(throttle, "chen", "192.0.2.1")
    assert wait_of(throttle, "chen", "192.0.2.1") == 0


@settings(deadline=None)
@given(st.lists(STRANGERS, max_size=120))
def test_whatever_strangers_do_a_known_browser_is_let_through_at_once(
    tries: list[tuple[str, str, str, float]],
) -> None:
    clock = ManualClock()
    throttle = Throttle(clock, bound=5)
    for person_id, address, what, wait_s in tries:
        clock.advance(wait_s)
        try:
            attempt = throttle.begin(person_id, address, None)
        except Throttled:
            pass
        else:
            if what == "right":
                attempt.succeeded()
            elif what == "undone":
                attempt.undone()
        for own in ("chen", "wang"):
            throttle.begin(own, address, f"browser of {own}").succeeded()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0, 5)), max_size=100))
def test_no_pair_makes_more_tries_than_its_delays_allow(tries: list[tuple[int, int, float]]) -> None:
    clock = ManualClock()
    throttle = Throttle(clock)
    made: dict[tuple[int, int], int] = {}
    for person, address, wait_s in tries:
        clock.advance(wait_s)
        try:
            fail(throttle, f"p{person}", f"192.0.2.{address}")
        except Throttled:
            continue
        made[person, address] = made.get((person, address), 0) + 1
    passed_s = sum(wait_s for *_, wait_s in tries)
    for count in made.values():
        assert sum(PAIR.delay_s(n) for n in range(count)) <= passed_s + 1e-3


def test_tables_are_bounded_and_drop_the_least_recent() -> None:
    clock = ManualClock()
    throttle = Throttle(clock, bound=100)
    for _ in range(3):
        fail(throttle, "chen", "192.0.2.1")
    for n in range(50):
        clock.advance(61)
        fail(throttle, f"p{n}", f"10.0.0.{n}")
    assert wait_of(throttle, "chen", "192.0.2.1") == 0, "a minute and more has passed"
    for n in range(5000):
        clock.advance(61)
        fail(throttle, f"q{n}", f"10.1.{n // 256}.{n % 256}")
    assert throttle.counted <= 3 * 100
