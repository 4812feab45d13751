"""What a radio on a terminal shows of an alert: what is no alarm says so, and does not ring the bell."""

from __future__ import annotations

import msgspec
import pytest

from devices.protocol.clock import ManualClock
from devices.protocol.messages import Acknowledgement, AlertStatus, Answer, Reminder, Report
from devices.radio.__main__ import Terminal
from devices.radio.radio import RadioEvents
from devices.radio.screen import Screen
from tests.devices.radio.test_screen import alert


@pytest.mark.parametrize(
    ("status", "words", "rings"),
    [
        (AlertStatus.ACTUAL, "警报 Severe: 六岁男孩走失  [A1]", True),
        (AlertStatus.EXERCISE, "演习，不是真的 exercise, not real: 六岁男孩走失  [A1]", False),
        (AlertStatus.TEST, "测试，按确认键即可 test, just acknowledge: 六岁男孩走失  [A1]", False),
    ],
)
def test_terminal_says_whether_an_alert_is_real(
    capsys: pytest.CaptureFixture[str], status: AlertStatus, words: str, rings: bool
) -> None:
    shown = msgspec.structs.replace(alert("A1"), status=status)
    Terminal(Screen(ManualClock()), RadioEvents()).alert_shown(shown)
    out = capsys.readouterr().out
    assert (out.strip("\a\n"), out.startswith("\a")) == (words, rings)


def test_guard_is_shown_that_the_police_room_has_his_key_and_his_report(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(Screen(ManualClock()), RadioEvents())
    stamp = alert("A1").stamp
    terminal.confirmed(Acknowledgement(stamp=stamp, message_id="m1", alert_id="A1"))
    terminal.confirmed(Report(stamp=stamp, message_id="m2", text="东墙有人"))
    assert capsys.readouterr().out.splitlines() == [
        "警务室已收到 the police room has: 确认 your key  [A1]",
        "警务室已收到 the police room has: 报告 your report  [-]",
    ]


def test_bell_is_silent_while_an_sos_is_not_closed(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(Screen(ManualClock()), RadioEvents())
    terminal.silence_changed(True)
    terminal.alert_shown(alert("A1"))
    terminal.silence_changed(False)
    terminal.alert_shown(alert("A2"))
    first, second = capsys.readouterr().out.splitlines()
    assert ("六岁男孩走失" in first, "\a" in first, "\a" in second) == (True, False, True)


def test_what_the_guard_says_when_asked_again_after_a_restart_is_an_answer_to_that_alert() -> None:
    """P-5.10."""
    screen = Screen(ManualClock())
    Terminal(screen, RadioEvents()).alert_reminded(alert("A1", reminder=Reminder.REPORT))
    assert screen.answered_by(Answer.SEEN) == "A1"
