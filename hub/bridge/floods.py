"""How much of a device the hub reads: past its allowance words are dropped, and one that floods on is cut off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devices.protocol import topics
from devices.protocol.clock import Clock
from devices.protocol.topics import DeviceKind, UpTopic
from hub.bridge.refused import Refused, RefusedReason

_MB = 1_000_000


class Bucket:
    """Tokens that come back at ``per_s`` a second, ``most`` at most; full at first."""

    __slots__ = ("_at_us", "_left", "_most", "_per_s")

    def __init__(self, per_s: float, most: float, now_us: int) -> None:
        self._per_s = per_s
        self._most = self._left = most
        self._at_us = now_us

    def take(self, tokens: float, now_us: int) -> bool:
        """Take so many, or none and false when there are fewer."""
        self._left = min(self._most, self._left + (now_us - self._at_us) * self._per_s / 1e6)
        self._at_us = now_us
        if self._left < tokens:
            return False
        self._left -= tokens
        return True


@dataclass(frozen=True)
class Allowance:
    """What one device may say in a second and at once, and how much more is dropped before it is cut off."""

    messages_per_s: float
    messages_at_once: float
    messages_over: float
    bytes_per_s: float
    bytes_at_once: float
    bytes_over: float


FIELD = Allowance(150, 600, 2_000, 1 * _MB, 4 * _MB, 16 * _MB)
"""Radios and cameras. Voice is 50 packets a second; a radio back on line repeats 2,000 messages at the very most."""
WORKER = Allowance(1_000, 4_000, 8_000, 32 * _MB, 72 * _MB, 256 * _MB)
"""Vision workers: sightings of 20 KB, and 64 MiB of them after the hub was away."""
FORGED_PER_S = 1.0
FORGED_AT_ONCE = 100.0
"""Words under a wrong seal: whoever says more has the device's broker password and not its key."""


class _Meter:
    """What one device has left."""

    __slots__ = ("_bytes", "_bytes_over", "_forged", "_messages", "_messages_over")

    def __init__(self, allowance: Allowance, now_us: int) -> None:
        self._messages = Bucket(allowance.messages_per_s, allowance.messages_at_once, now_us)
        self._bytes = Bucket(allowance.bytes_per_s, allowance.bytes_at_once, now_us)
        self._messages_over = Bucket(allowance.messages_per_s, allowance.messages_over, now_us)
        self._bytes_over = Bucket(allowance.bytes_per_s, allowance.bytes_over, now_us)
        self._forged = Bucket(FORGED_PER_S, FORGED_AT_ONCE, now_us)

    def allows(self, size: int, now_us: int) -> bool:
        return self._messages.take(1, now_us) and self._bytes.take(size, now_us)

    def bears(self, size: int, now_us: int) -> bool:
        """Whether what is over the allowance is still little enough to be dropped alone."""
        return self._messages_over.take(1, now_us) and self._bytes_over.take(size, now_us)

    def bears_forged(self, now_us: int) -> bool:
        return self._forged.take(1, now_us)


class Floods:
    """One meter for each known device, and one for all that the hub does not know. On the event loop alone.

    ``cut_off(device_id)`` ends the device's line for a while and says whether it began to; asked again, it says no.
    """

    def __init__(
        self, clock: Clock, refused: Refused, known: Callable[[UpTopic], bool], cut_off: Callable[[str], bool]
    ) -> None:
        self._clock = clock
        self._refused = refused
        self._known = known
        self._cut_off = cut_off
        self._meters: dict[str, _Meter] = {}
        self._strangers = _Meter(FIELD, clock.monotonic_us())

    def takes(self, topic: str, size: int) -> bool:
        """Whether a message that has just come is to be routed; one that is not was counted."""
        now_us = self._clock.monotonic_us()
        device_id, meter = self._meter(topic, now_us)
        if meter.allows(size, now_us):
            return True
        self._refused.add(
            device_id, topic, RefusedReason.FLOODING, f"{size} bytes, beyond what a device may say in a second"
        )
        if meter is not self._strangers and not meter.bears(size, now_us):
            self._cut(device_id, topic, "it says more than its line may carry")
        return False

    def forged(self, device_id: str, topic: str) -> None:
        """A known device's words came under a wrong seal."""
        now_us = self._clock.monotonic_us()
        name, meter = self._meter(topic, now_us)
        if name == device_id and not meter.bears_forged(now_us):
            self._cut(device_id, topic, "its words are under a wrong seal: somebody has its password")

    def _cut(self, device_id: str, topic: str, why: str) -> None:
        if self._cut_off(device_id):
            self._refused.add(device_id, topic, RefusedReason.CUT_OFF, f"{device_id} is shut out for a minute: {why}")

    def _meter(self, topic: str, now_us: int) -> tuple[str, _Meter]:
        parts = topic.split("/", 4)  # cheaper than to parse it, which is for what is taken
        speaker = "/".join(parts[2:4])
        meter = self._meters.get(speaker)
        if meter is None:
            try:
                parsed = topics.parse_up(topic)
            except topics.TopicError:
                return "?", self._strangers
            if not self._known(parsed):
                return parsed.device_id, self._strangers
            meter = _Meter(WORKER if parsed.kind is DeviceKind.WORKER else FIELD, now_us)
            self._meters[speaker] = meter
        return parts[3], meter
