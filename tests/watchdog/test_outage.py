"""When silence becomes an alarm, and when it ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.watchdog.asking import ANSWER_WITHIN_S
from hub.watchdog.outage import ALARM_AFTER_S, ASK_EVERY_S, Ended, Outage, Raised

GOAL_S = 10.0


@pytest.mark.parametrize(("silent_s", "raised"), [(2.0, False), (5.9, False), (6.0, True), (60.0, True)])
def test_alarm_is_raised_after_6_seconds_without_a_good_answer(silent_s: float, raised: bool) -> None:
    outage = Outage(100.0)
    outage.answered(110.0)
    found = outage.failed(110.0 + silent_s, "refused")
    assert found == (Raised(110.0, "refused") if raised else None)


def test_alarm_is_raised_once_an_outage_and_its_end_says_how_long() -> None:
    outage = Outage(0.0)
    assert outage.failed(8.0, "refused") == Raised(0.0, "refused")
    assert outage.failed(10.0, "refused") is None
    assert outage.answered(42.0) == Ended(42.0)
    assert outage.answered(44.0) is None
    assert outage.failed(50.0, "timed out") == Raised(44.0, "timed out")


def test_hub_that_is_started_again_at_once_raises_no_alarm() -> None:
    outage = Outage(0.0)
    assert [outage.failed(at, "refused") for at in (2.0, 4.0)] == [None, None]
    assert outage.answered(6.0) is None


@given(hangs=st.lists(st.floats(0.0, 2 * ANSWER_WITHIN_S), min_size=10, max_size=10))
def test_whatever_time_each_ask_takes_the_alarm_comes_within_10_seconds(hangs: list[float]) -> None:
    outage, now_s = Outage(0.0), 0.0
    for hang_s in hangs:
        began_s = now_s = max(now_s, ASK_EVERY_S)
        now_s += hang_s
        if outage.failed(now_s, "timed out"):
            assert ALARM_AFTER_S <= now_s <= GOAL_S
            return
        now_s = max(now_s, began_s + ASK_EVERY_S)
    raise AssertionError("no alarm at all")
