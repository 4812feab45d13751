"""What happened to all radios together, as one record to print."""

from __future__ import annotations

import msgspec

from devices.link.refusals import Refusal

_BUCKET_US = 100
_BUCKETS = 10_000
"""Ages up to 1 s in steps of 0.1 ms; older ones count in the last bucket."""


class Percentiles(msgspec.Struct, frozen=True):
    """The age of voice packets when a radio has them: from the hub's sending, on the clock of one machine."""

    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


class HeardBurst(msgspec.Struct):
    """One burst over all radios."""

    burst_id: int
    radios_heard: int = 0
    radios_ended: int = 0
    packets: int = 0
    lost: int = 0
    stale: int = 0


class Summary(msgspec.Struct, frozen=True):
    """The simulator's figures since its start; ``bursts`` are the latest 20."""

    online: int
    radios: int
    hub_present: int
    alerts_shown: int
    duplicates_shown: int
    expired: int
    acknowledged: int
    reported: int
    replies: int
    packets: int
    lost: int
    stale: int
    frames_decoded: int
    frames_undecodable: int
    loudness: float
    unconfirmed: int
    relay: Percentiles
    bursts: list[HeardBurst]
    refusals: dict[Refusal, int]


class Ages:
    """A histogram of packet ages; adding costs well under a microsecond."""

    def __init__(self) -> None:
        self._counts = [0] * (_BUCKETS + 1)
        self._max_us = 0

    def add(self, age_us: int) -> None:
        """Count one packet; a negative age (another machine's clock) counts as 0."""
        bucket = age_us // _BUCKET_US
        self._counts[0 if bucket < 0 else min(bucket, _BUCKETS)] += 1
        if age_us > self._max_us:
            self._max_us = age_us

    def percentiles(self) -> Percentiles:
        """Each percentile is the upper edge of its bucket."""
        total = sum(self._counts)

        def at(share: float) -> float:
            passed = 0
            for bucket, count in enumerate(self._counts):
                passed += count
                if count and passed >= share * total:
                    return (bucket + 1) * _BUCKET_US / 1000
            return 0.0

        return Percentiles(total, at(0.5), at(0.95), at(0.99), self._max_us / 1000)


class Tally:
    """Where guards note what happens to them."""

    def __init__(self) -> None:
        self.online = 0
        self.alerts_shown = 0
        self.duplicates_shown = 0
        self.acknowledged = 0
        self.reported = 0
        self.replies = 0
        self.packets = 0
        self.lost = 0
        self.stale = 0
        self.ages = Ages()
        self._bursts: dict[int, HeardBurst] = {}
        self._shown: dict[str, set[str]] = {}

    def show(self, radio_id: str, alert_id: str) -> bool:
        """A radio shows an alert; false when it did before. The latest 200 alerts are remembered."""
        radios = self._shown.setdefault(alert_id, set())
        if radio_id in radios:
            self.duplicates_shown += 1
            return False
        radios.add(radio_id)
        self.alerts_shown += 1
        if len(self._shown) > 200:
            del self._shown[next(iter(self._shown))]
        return True

    def burst(self, burst_id: int) -> HeardBurst:
        """The record of a burst; only the latest 20 are kept."""
        found = self._bursts.get(burst_id)
        if found is None:
            found = self._bursts[burst_id] = HeardBurst(burst_id)
            if len(self._bursts) > 20:
                del self._bursts[next(iter(self._bursts))]
        return found

    def bursts(self) -> list[HeardBurst]:
        """The latest bursts, oldest first."""
        return list(self._bursts.values())
