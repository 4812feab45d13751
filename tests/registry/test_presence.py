"""Which radios are on line: births, deaths, signs of life, silence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.registry.presence import PresenceTable, Turn

S = 1_000_000


@pytest.fixture
def table() -> PresenceTable:
    return PresenceTable()


def test_birth_brings_a_radio_on_line_and_its_death_takes_it_off(table: PresenceTable) -> None:
    assert table.born("R1", 1, 0, 100) is Turn.CAME
    assert table.died("R1", 1, 200) is Turn.WENT
    assert (table.of("R1").online, table.of("R1").since_at_us) == (False, 200)


def test_late_death_of_an_old_connection_says_nothing_about_the_new_one(table: PresenceTable) -> None:
    table.born("R1", 1, 0, 0)
    assert table.born("R1", 2, S, S) is Turn.CAME_AGAIN
    assert table.died("R1", 1, 2 * S) is Turn.NONE
    assert table.of("R1").online


def test_birth_that_comes_after_its_own_death_stays_off_line(table: PresenceTable) -> None:
    """Retained states come in any order."""
    assert table.died("R1", 5, 0) is Turn.NONE
    assert table.born("R1", 5, S, S) is Turn.NONE
    assert table.born("R1", 6, S, S) is Turn.CAME


def test_old_birth_that_comes_late_is_no_sign_of_life(table: PresenceTable) -> None:
    table.born("R1", 2, 0, 0)
    table.died("R1", 2, S)
    assert table.born("R1", 1, 2 * S, 2 * S) is Turn.NONE
    assert not table.of("R1").online


def test_silence_over_15_seconds_takes_a_radio_off_line_once(table: PresenceTable) -> None:
    table.born("R1", 1, 0, 0)
    table.born("R2", 1, 0, 0)
    table.heard("R2", 1, 10 * S, 10 * S)
    assert table.expire(15 * S, 0) == []
    assert table.expire(15 * S + 1, 77) == ["R1"]
    assert table.expire(16 * S, 0) == []
    assert (table.online, table.of("R1").since_at_us) == (1, 77)


def test_radio_that_was_silent_comes_back_by_its_next_status(table: PresenceTable) -> None:
    table.born("R1", 1, 0, 0)
    table.expire(16 * S, 0)
    assert table.heard("R1", 1, 17 * S, 17 * S) is Turn.CAME


def test_status_of_a_newer_connection_counts_as_its_birth(table: PresenceTable) -> None:
    table.born("R1", 1, 0, 0)
    assert table.heard("R1", 2, S, S) is Turn.CAME_AGAIN
    assert table.died("R1", 1, S) is Turn.NONE
    assert table.of("R1").online


def test_repeated_birth_changes_nothing(table: PresenceTable) -> None:
    table.born("R1", 1, 0, 0)
    assert table.born("R1", 1, S, S) is Turn.NONE


def test_radio_that_is_shut_out_is_off_line_at_once_until_it_is_born_again(table: PresenceTable) -> None:
    table.born("R1", 1, 0, 0)
    assert table.shut_out("R1", S) is Turn.WENT
    assert (table.shut_out("R1", S), table.shut_out("R9", S)) == (Turn.NONE, Turn.NONE)
    assert table.born("R1", 2, 2 * S, 2 * S) is Turn.CAME


def test_radio_never_heard_of_is_off_line(table: PresenceTable) -> None:
    assert not table.of("R9").online


WORD = st.tuples(st.sampled_from(["born", "heard", "died", "wait"]), st.integers(0, 6))


@given(st.lists(WORD, max_size=40))
def test_radio_is_never_on_line_after_its_latest_connection_died_or_15_seconds_of_silence(
    words: list[tuple[str, int]],
) -> None:
    table, now_us = PresenceTable(), 0
    newest, dead, heard_us = -1, -1, None
    for what, number in words:
        was = table.of("R1").online
        if what == "wait":
            now_us += number * 4 * S
            turn = Turn.WENT if table.expire(now_us, now_us) else Turn.NONE
        elif what == "died":
            dead = max(dead, number)
            turn = table.died("R1", number, now_us)
        else:
            if number >= newest and number > dead:
                heard_us = now_us
            newest = max(newest, number)
            turn = (table.born if what == "born" else table.heard)("R1", number, now_us, now_us)
        online = table.of("R1").online
        assert online == (dead < newest and heard_us is not None and now_us - heard_us <= 15 * S)
        assert turn in ((Turn.NONE, Turn.CAME_AGAIN) if was == online else (Turn.CAME if online else Turn.WENT,))
        assert turn is not Turn.CAME_AGAIN or online
        assert table.online == int(online)
