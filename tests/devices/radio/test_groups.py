"""Who speaks in which group, as a radio is told it, perhaps twice and in another order."""

from __future__ import annotations

from devices.protocol.messages import FloorIdle, FloorTaken, Stamp
from devices.radio.groups import Speaking

STAMP = Stamp(boot_id=1, sequence=1, monotonic_us=0, wall_us=0)


def taken(burst_id: int, group_id: str = "all") -> FloorTaken:
    return FloorTaken(
        stamp=STAMP, group_id=group_id, call_id=1, burst_id=burst_id, talker_id="duty", talker_name="值班员"
    )


def idle(burst_id: int, group_id: str = "all") -> FloorIdle:
    return FloorIdle(stamp=STAMP, group_id=group_id, burst_id=burst_id)


def test_each_word_is_news_once() -> None:
    """P-6.15."""
    speaking = Speaking()
    news = [speaking.take(word) for word in (taken(1), taken(1), idle(1), idle(1), taken(2))]
    assert news == [True, False, True, False, True]


def test_word_that_a_burst_began_which_comes_after_its_end_is_no_news() -> None:
    """P-6.15."""
    speaking = Speaking()
    assert speaking.take(idle(1))
    assert not speaking.take(taken(1))


def test_end_of_the_burst_before_says_nothing_of_the_one_under_way() -> None:
    speaking = Speaking()
    speaking.take(taken(1))
    speaking.take(taken(2))
    assert not speaking.take(idle(1))
    assert not speaking.take(taken(2))
    assert speaking.take(idle(2))


def test_groups_do_not_concern_each_other() -> None:
    speaking = Speaking()
    assert all(speaking.take(word) for word in (taken(1), taken(1, "grid-G1"), idle(1), idle(1, "grid-G1")))


def test_after_a_line_that_was_lost_what_is_under_way_is_news_again() -> None:
    """P-6.15."""
    speaking = Speaking()
    speaking.take(taken(1))
    speaking.line_lost()
    assert speaking.take(taken(1))


def test_what_was_said_in_a_group_that_is_no_more_is_forgotten() -> None:
    speaking = Speaking()
    speaking.take(taken(1, "temporary.1"))
    speaking.take(idle(2, "temporary.2"))
    speaking.forget_all_but({"all"})
    assert (speaking._now, speaking._over) == ({}, {})
