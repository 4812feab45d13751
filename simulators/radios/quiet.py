"""Keeps 130 radios that lost the same broker from saying so in 130 lines."""

from __future__ import annotations

import logging

from devices.protocol.clock import Clock


class OneLineASecond(logging.Filter):
    """Lets one record a second through and says in the next how many were held back; the summary counts them all."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._passed_us: int | None = None
        self._held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        now_us = self._clock.monotonic_us()
        if self._passed_us is not None and now_us - self._passed_us < 1_000_000:
            self._held_back += 1
            return False
        self._passed_us = now_us
        if self._held_back:
            record.msg = f"{record.getMessage()} (and {self._held_back} lines like it before)"
            record.args = None
            self._held_back = 0
        return True
