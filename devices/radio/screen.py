"""Which of the alerts on a radio's screen its keys answer: what is real before what is a test. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from devices.protocol.clock import Clock
from devices.protocol.messages import AlertMessage, AlertStatus, Answer

MAX_SHOWN = 20
"""Alerts that the keys can still answer; past it the oldest leaves the screen."""


@dataclass
class _Shown:
    alert: AlertMessage
    until_us: int
    acknowledged: bool = False


class Screen:
    """The alerts shown. A test that comes after an alert does not take the acknowledge key from it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: list[_Shown] = []

    def show(self, alert: AlertMessage) -> None:
        """A new one is on the screen."""
        until_us = self._clock.monotonic_us() + round(alert.expires_in_s * 1e6)
        self._shown = [*self._shown, _Shown(alert, until_us)][-MAX_SHOWN:]

    def cancel(self, alert_id: str | None) -> None:
        """It is over: no key answers it any more."""
        self._shown = [one for one in self._shown if one.alert.alert_id != alert_id]

    def take_acknowledged(self) -> str | None:
        """The key went down: for the newest actual alert that waits for it, else the newest other, else the newest."""
        now_us = self._clock.monotonic_us()
        waiting = [one for one in self._shown if not one.acknowledged and one.until_us > now_us]
        chosen = _newest(waiting) or (self._shown[-1] if self._shown else None)
        if chosen is None:
            return None
        chosen.acknowledged = True
        return chosen.alert.alert_id

    def answered_by(self, answer: Answer) -> str | None:
        """The newest alert that asks for this answer, actual ones first; None: the guard's word stands by itself.

        So help that is needed in the minute of a test is no answer to the test.
        """
        found = _newest([one for one in self._shown if answer in one.alert.answers])
        return found.alert.alert_id if found else None


def _newest(shown: list[_Shown]) -> _Shown | None:
    """The newest actual one, else the newest."""
    actual = [one for one in shown if one.alert.status is AlertStatus.ACTUAL]
    return next(reversed(actual or shown), None)
