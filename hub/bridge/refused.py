"""What the hub refused from outside: every one counted, told once a second at most with how many, never silent."""

from __future__ import annotations

import threading
from collections import Counter

import msgspec
import structlog

_log = structlog.get_logger()


class RefusedDevice(msgspec.Struct, frozen=True, kw_only=True):
    """Body of the event ``device.refused``: how often for this reason in the last second, and the latest of them."""

    device: str
    topic: str
    reason: str
    detail: str
    count: int


class Refused:
    """Counts refusals, from any thread; ``take`` hands out what gathered since the last call."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._waiting: dict[str, RefusedDevice] = {}
        self._counting = threading.Lock()

    def add(self, device: str, topic: str, reason: str, detail: str) -> None:
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
            _log.warning("device.refused", **msgspec.structs.asdict(refused))
        return taken
