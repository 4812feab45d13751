"""What the hub refused from outside: every one counted, told once a second at most with how many, never silent."""

from __future__ import annotations

import threading
from collections import Counter
from enum import StrEnum

import msgspec
import structlog

_log = structlog.get_logger()


class RefusedReason(StrEnum):
    """Why something was refused; the console has a sentence for each in both languages."""

    BAD_TOPIC = "bad_topic"
    NOT_ALLOWED = "not_allowed"
    OVERSIZED = "oversized"
    UNKNOWN_DEVICE = "unknown_device"
    RETAINED = "retained"
    MALFORMED = "malformed"
    FORGED = "forged"
    REPLAYED = "replayed"
    FORMER_KEY = "former_key"
    FLOODING = "flooding"
    CUT_OFF = "cut_off"
    OVERLOADED = "overloaded"
    BROKER_AWAY = "broker_away"
    BROKER_REFUSES = "broker_refuses"
    WRONG_PIN = "wrong_pin"
    UNKNOWN_ALERT = "unknown_alert"
    UNKNOWN_CAMERA = "unknown_camera"
    STORE_FAILED = "store_failed"
    NO_FLOOR = "no_floor"
    TOO_MANY_MESSAGES = "too_many_messages"
    TOO_MANY_LINES = "too_many_lines"


class RefusedDevice(msgspec.Struct, frozen=True, kw_only=True):
    """Body of the event ``device.refused``: how often for this reason in the last second, and the latest of them."""

    device: str
    topic: str
    reason: RefusedReason
    detail: str
    count: int


class Refused:
    """Counts refusals, from any thread; ``take`` hands out what gathered since the last call."""

    def __init__(self) -> None:
        self.counts: Counter[RefusedReason] = Counter()
        self._waiting: dict[RefusedReason, RefusedDevice] = {}
        self._counting = threading.Lock()

    def add(self, device: str, topic: str, reason: RefusedReason, detail: str) -> None:
        """Count one refusal of ``reason``; ``detail`` is what a person needs to mend it."""
        with self._counting:
            self.counts[reason] += 1
            known = self._waiting.get(reason)
            count = known.count + 1 if known else 1
            self._waiting[reason] = RefusedDevice(
                device=device[:64], topic=topic[:200], reason=reason, detail=detail[:300], count=count
            )

    def take(self) -> list[RefusedDevice]:
        """What was refused since the last call, logged as it is taken; call it once a second."""
        with self._counting:
            taken = list(self._waiting.values())
            self._waiting.clear()
        for refused in taken:
            _log.warning("device.refused", **msgspec.to_builtins(refused))
        return taken
