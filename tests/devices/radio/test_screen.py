"""What a radio's keys answer while both an alarm and a test are on its screen."""

from __future__ import annotations

import pytest

from devices.protocol.clock import ManualClock
from devices.protocol.messages import AlertMessage, AlertStatus, Answer, Severity, Stamp
from devices.radio.screen import MAX_SHOWN, Screen


def alert(alert_id: str, status: AlertStatus = AlertStatus.ACTUAL) -> AlertMessage:
    return AlertMessage(
        stamp=Stamp(boot_id=1, sequence=1, monotonic_us=1, wall_us=1),
        alert_id=alert_id,
        attempt=1,
        severity=Severity.SEVERE,
        text="六岁男孩走失",
        issued_wall_us=1,
        expires_in_s=60,
        answers=() if status is AlertStatus.TEST else tuple(Answer),
        status=status,
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def screen(clock: ManualClock) -> Screen:
    return Screen(clock)


def test_test_that_comes_after_an_alarm_does_not_take_its_key(screen: Screen) -> None:
    """P-5.9."""
    screen.show(alert("A1"))
    screen.show(alert("T1", AlertStatus.TEST))
    assert [screen.take_acknowledged() for _ in range(3)] == ["A1", "T1", "T1"]


def test_alarm_that_nobody_answered_and_is_over_does_not_keep_the_key_from_a_test(
    screen: Screen, clock: ManualClock
) -> None:
    screen.show(alert("A1"))
    clock.advance(61)
    screen.show(alert("T1", AlertStatus.TEST))
    assert screen.take_acknowledged() == "T1"


def test_help_that_is_needed_in_the_minute_of_a_test_is_no_answer_to_the_test(screen: Screen) -> None:
    """P-5.9."""
    screen.show(alert("T1", AlertStatus.TEST))
    assert screen.answered_by(Answer.NEED_HELP) is None
    screen.show(alert("A1"))
    screen.show(alert("X1", AlertStatus.EXERCISE))
    assert screen.answered_by(Answer.NEED_HELP) == "A1"


def test_empty_screen_has_nothing_to_answer_and_a_full_one_forgets_the_oldest(screen: Screen) -> None:
    assert screen.take_acknowledged() is None
    assert screen.answered_by(Answer.SEEN) is None
    for number in range(MAX_SHOWN + 1):
        screen.show(alert(f"A{number}"))
    taken = [screen.take_acknowledged() for _ in range(MAX_SHOWN)]
    assert taken == [f"A{number}" for number in range(MAX_SHOWN, 0, -1)]
