"""What was refused and why: every one counted, the log told at most once a second."""

from __future__ import annotations

import logging
from collections import Counter
from enum import StrEnum

from devices.protocol.clock import Clock

_log = logging.getLogger(__name__)
LOG_EVERY_US = 1_000_000


class Refusal(StrEnum):
    """Why something was not taken in or not sent."""

    OVERSIZED = "oversized"
    MALFORMED = "malformed"
    UNEXPECTED_TOPIC = "unexpected_topic"
    HANDLER_FAILED = "handler_failed"
    NOT_CONNECTED = "not_connected"
    LINE_LOST = "line_lost"
    TOO_MANY_IN_FLIGHT = "too_many_in_flight"
    SEALS_SPENT = "seals_spent"
    STORE_FULL = "store_full"
    STORE_DAMAGED = "store_damaged"
    STORE_FAILED = "store_failed"


class Refusals:
    """Counts by reason for one device; ``counts`` is for metrics and status lines."""

    def __init__(self, device: str, clock: Clock) -> None:
        self.counts: Counter[Refusal] = Counter()
        self._device = device
        self._clock = clock
        self._logged_us: int | None = None
        self._unlogged: dict[Refusal, tuple[int, str]] = {}

    def add(self, reason: Refusal, detail: str) -> None:
        """Count one refusal; ``detail`` says what it was about, the latest of a second is the one logged."""
        self.counts[reason] += 1
        count, _ = self._unlogged.get(reason, (0, ""))
        self._unlogged[reason] = (count + 1, detail)
        self.flush()

    def flush(self) -> None:
        """Log what gathered, unless something was logged less than a second ago."""
        now_us = self._clock.monotonic_us()
        if not self._unlogged or (self._logged_us is not None and now_us - self._logged_us < LOG_EVERY_US):
            return
        self._logged_us = now_us
        for reason, (count, detail) in self._unlogged.items():
            _log.warning("%s: %s x%d, latest: %s", self._device, reason.value, count, detail)
        self._unlogged.clear()
