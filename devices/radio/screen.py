"""Which of the alerts on a radio's screen its keys answer: what is real before what is a test. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from devices.protocol.clock import Clock
from devices.protocol.messages import AlertMessage, AlertStatus, Answer, Reminder

MAX_SHOWN = 20
"""Alerts that the keys can still answer; past it the oldest leaves the screen."""


@dataclass
class _Shown:
    alert: AlertMessage
    until_us: int
    acknowledged: bool = False


class Screen:
    """The alerts shown, each once, until they expire.

    A test that comes after an alert does not take the acknowledge key from it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: list[_Shown] = []

    def show(self, alert: AlertMessage) -> None:
        """It is on the screen, as the newest, and what it updates no longer; ``expires_in_s`` counts from now.

        One that comes again to be reported on was acknowledged, perhaps before a restart.
        """
        self.cancel(alert.alert_id, *alert.updates)
        until_us = self._clock.monotonic_us() + round(alert.expires_in_s * 1e6)
        shown = _Shown(alert, until_us, acknowledged=alert.reminder is Reminder.REPORT)
        self._shown = [*self._shown, shown][-MAX_SHOWN:]

    def cancel(self, *alert_ids: str | None) -> None:
        """They are over: no key answers them any more."""
        self._shown = [one for one in self._shown if one.alert.alert_id not in alert_ids]

    def take_acknowledged(self) -> str | None:
        """The key went down: for the newest actual alert that waits for it, else the newest other, else the newest."""
        living = self._living()
        chosen = _newest([one for one in living if not one.acknowledged]) or next(reversed(living), None)
        if chosen is None:
            return None
        chosen.acknowledged = True
        return chosen.alert.alert_id

    def answered_by(self, answer: Answer) -> str | None:
        """The newest alert that asks for this answer, actual ones first; None: the guard's word stands by itself.

        So help that is needed in the minute of a test is no answer to the test.
        """
        found = _newest([one for one in self._living() if answer in one.alert.answers])
        return found.alert.alert_id if found else None

    def _living(self) -> list[_Shown]:
        now_us = self._clock.monotonic_us()
        return [one for one in self._shown if one.until_us > now_us]


def _newest(shown: list[_Shown]) -> _Shown | None:
    """The newest actual one, else the newest."""
    actual = [one for one in shown if one.alert.status is AlertStatus.ACTUAL]
    return next(reversed(actual or shown), None)
