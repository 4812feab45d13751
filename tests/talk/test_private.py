"""Who hears a private call without listening to it."""

from __future__ import annotations

from hub.talk.private import MAX_CONSOLES, PrivateCalls

GROUP = "private.R01"
DESKS = {"desk-1", "desk-2"}


def test_console_that_calls_a_radio_hears_its_answer_and_others_do_not() -> None:
    calls = PrivateCalls()
    calls.burst(GROUP, 1, "desk-1", by_radio=False, consoles=DESKS)
    calls.burst(GROUP, 1, "R01", by_radio=True, consoles=DESKS)
    assert [calls.hears(GROUP, desk) for desk in sorted(DESKS)] == [True, False]
    assert not calls.rings(GROUP)


def test_radio_that_calls_rings_everywhere_until_the_call_is_over() -> None:
    calls = PrivateCalls()
    calls.burst(GROUP, 1, "R01", by_radio=True, consoles=DESKS)
    assert all(calls.hears(GROUP, desk) for desk in DESKS)
    calls.burst(GROUP, 1, "desk-2", by_radio=False, consoles=DESKS)
    calls.burst(GROUP, 1, "R01", by_radio=True, consoles=DESKS)
    assert calls.hears(GROUP, "desk-1"), "who heard it begin hears it to its end"


def test_radio_whose_caller_has_gone_rings_everywhere_so_that_somebody_hears_it() -> None:
    calls = PrivateCalls()
    calls.burst(GROUP, 1, "desk-1", by_radio=False, consoles=DESKS)
    calls.burst(GROUP, 1, "R01", by_radio=True, consoles={"desk-2"})
    assert calls.rings(GROUP)
    assert calls.hears(GROUP, "desk-2")


def test_call_rings_when_the_last_console_in_it_goes_in_the_middle_of_an_answer() -> None:
    calls = PrivateCalls()
    for desk in sorted(DESKS):
        calls.burst(GROUP, 1, desk, by_radio=False, consoles=DESKS)
    calls.burst(GROUP, 1, "R01", by_radio=True, consoles=DESKS)
    assert not calls.left(GROUP, "desk-1", {"desk-2", "desk-3"}), "desk 2 hears the guard"
    assert not calls.left(GROUP, "desk-9", {"desk-3"}), "it had no part in it"
    assert calls.left(GROUP, "desk-2", {"desk-3"})
    assert calls.waits(GROUP, {"desk-3"}) and calls.hears(GROUP, "desk-3")
    calls.burst(GROUP, 1, "desk-3", by_radio=False, consoles={"desk-3"})
    assert not calls.waits(GROUP, {"desk-3"}), "somebody answers it"


def test_next_call_begins_anew() -> None:
    calls = PrivateCalls()
    calls.burst(GROUP, 1, "R01", by_radio=True, consoles=DESKS)
    calls.burst(GROUP, 2, "desk-1", by_radio=False, consoles=DESKS)
    assert not calls.rings(GROUP)
    assert not calls.hears(GROUP, "desk-2")


def test_call_of_another_radio_is_not_heard() -> None:
    calls = PrivateCalls()
    calls.burst(GROUP, 1, "R01", by_radio=True, consoles=DESKS)
    assert not calls.hears("private.R02", "desk-1")
    assert not calls.rings("private.R02")


def test_consoles_of_one_call_are_bounded() -> None:
    calls = PrivateCalls()
    for number in range(MAX_CONSOLES + 5):
        calls.burst(GROUP, 1, f"desk-{number}", by_radio=False, consoles=DESKS)
    assert sum(calls.hears(GROUP, f"desk-{number}") for number in range(MAX_CONSOLES + 5)) == MAX_CONSOLES
