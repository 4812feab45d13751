"""What a radio's keys answer while both an alarm and a test are on its screen."""

from __future__ import annotations

import pytest

from devices.protocol.clock import ManualClock
from devices.protocol.messages import AlertMessage, AlertStatus, Answer, Reminder, Severity, Stamp
from devices.radio.screen import MAX_SHOWN, Screen


def alert(
    alert_id: str,
    status: AlertStatus = AlertStatus.ACTUAL,
    *,
    expires_in_s: float = 60,
    reminder: Reminder | None = None,
    updates: tuple[str, ...] = (),
) -> AlertMessage:
    return AlertMessage(
        stamp=Stamp(boot_id=1, sequence=1, monotonic_us=1, wall_us=1),
        alert_id=alert_id,
        attempt=1,
        severity=Severity.SEVERE,
        text="六岁男孩走失",
        issued_wall_us=1,
        expires_in_s=expires_in_s,
        answers=() if status is AlertStatus.TEST else tuple(Answer),
        status=status,
        reminder=reminder,
        updates=updates,
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


def test_key_answers_the_new_words_and_no_longer_what_they_took_the_place_of(screen: Screen) -> None:
    """P-5.13."""
    for shown in (alert("A1"), alert("A2", updates=("A1",)), alert("A4", updates=("A3", "A2"))):
        screen.show(shown)
    assert [screen.take_acknowledged() for _ in range(2)] == ["A4", "A4"]
    assert screen.answered_by(Answer.SEEN) == "A4"


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


def test_no_key_answers_what_ended_long_ago(screen: Screen, clock: ManualClock) -> None:
    screen.show(alert("A1"))
    screen.show(alert("A2", expires_in_s=10))
    clock.advance(11)
    assert (screen.answered_by(Answer.SEEN), screen.take_acknowledged()) == ("A1", "A1")
    clock.advance(60)
    assert (screen.answered_by(Answer.SEEN), screen.take_acknowledged()) == (None, None), "his word stands by itself"


def test_alert_that_is_shown_again_is_there_once_and_no_longer_than_is_left_of_it(
    screen: Screen, clock: ManualClock
) -> None:
    screen.show(alert("A1"))
    screen.show(alert("A2"))
    clock.advance(30)
    screen.show(alert("A1", expires_in_s=30, reminder=Reminder.LOUDER))
    assert [screen.take_acknowledged() for _ in range(3)] == ["A1", "A2", "A1"], "what sounds now is answered first"
    clock.advance(31)
    assert screen.take_acknowledged() is None


def test_guard_who_is_asked_what_he_sees_answers_that_alert_though_its_key_was_pressed_before_a_restart(
    screen: Screen,
) -> None:
    """P-5.10."""
    screen.show(alert("A1", reminder=Reminder.REPORT))
    assert screen.answered_by(Answer.NOT_SEEN) == "A1"
    screen.show(alert("A2"))
    screen.show(alert("A1", reminder=Reminder.REPORT))
    assert screen.take_acknowledged() == "A2", "it asks for no key"


def test_empty_screen_has_nothing_to_answer_and_a_full_one_forgets_the_oldest(screen: Screen) -> None:
    assert screen.take_acknowledged() is None
    assert screen.answered_by(Answer.SEEN) is None
    for number in range(MAX_SHOWN + 1):
        screen.show(alert(f"A{number}"))
    taken = [screen.take_acknowledged() for _ in range(MAX_SHOWN)]
    assert taken == [f"A{number}" for number in range(MAX_SHOWN, 0, -1)]
