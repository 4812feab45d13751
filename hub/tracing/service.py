"""The tracing room: follows what the hub tells of, and hands it to a collector as traces; off unless one is set."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from devices.protocol.clock import Clock
from hub.alerts.messages import Alert, DeliveryChanged
from hub.cases.messages import WatchHit
from hub.events.log import EventLog
from hub.events.messages import EventKind, Item
from hub.settings import Settings
from hub.sightings.intake import SightingTimes
from hub.tracing import steps

if TYPE_CHECKING:
    from hub.tracing.collector import Collector

MOST_WAITING = 10_000
"""Events that wait to be written as spans; beyond it the oldest are lost, and counted."""
MOST_ALERTS = 200
"""Alerts of whose acknowledgements it is known that they were told; beyond it the oldest are forgotten."""
MOST_SIGHTINGS = 4_000
"""Sightings whose times are known, the latest: hits of a batch are told within a second."""
_TRACED = frozenset({EventKind.ALERT_ISSUED.value, EventKind.DELIVERY_CHANGED.value, EventKind.WATCH_HIT.value})


class Tracing:
    """Traces of alerts and of hits. Writing one never holds up who speaks: it is a thread's work."""

    def __init__(self, settings: Settings, events: EventLog, clock: Clock) -> None:
        self._url, self._token = settings.traces_to, settings.traces_token
        self._events = events
        self._clock = clock
        self._waiting: deque[tuple[Item, int]] = deque(maxlen=MOST_WAITING)
        self._wake = asyncio.Event()
        self._writing = threading.Lock()
        self._told: OrderedDict[str, set[str]] = OrderedDict()
        self._sightings: OrderedDict[str, SightingTimes] = OrderedDict()
        self._collector: Collector | None = None
        self._overrun = 0

    @property
    def is_on(self) -> bool:
        """Whether a collector is set."""
        return bool(self._url)

    @property
    def exported(self) -> int:
        """Spans that the collector took."""
        return self._collector.exported if self._collector is not None else 0

    @property
    def lost(self) -> int:
        """Spans that the collector did not take in time, and events that were never written as spans."""
        return self._overrun + (self._collector.lost if self._collector is not None else 0)

    def open(self) -> None:
        """Begin to follow; nothing without a collector."""
        if not self.is_on:
            return
        from hub.tracing.collector import Collector  # the SDK is not loaded for hubs without one

        self._collector = Collector(self._url, self._token)
        self._events.follow(self._follow)

    def sightings_stored(self, times: Sequence[SightingTimes]) -> None:
        """Keep when each came how far; before their hits are told."""
        for one in times:
            self._sightings[one.sighting_id] = one
            self._sightings.move_to_end(one.sighting_id)
        while len(self._sightings) > MOST_SIGHTINGS:
            self._sightings.popitem(last=False)

    def _follow(self, items: list[Item]) -> None:
        now_us = self._clock.wall_us()
        traced = [(item, now_us) for item in items if item.kind in _TRACED]
        self._overrun += max(0, len(self._waiting) + len(traced) - MOST_WAITING)
        self._waiting.extend(traced)
        if traced:
            self._wake.set()

    async def run(self) -> None:
        """Write what was followed until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.to_thread(self._write)

    def flush(self) -> None:
        """Hand over what waits, off the event loop: it takes as long as the collector does."""
        if self._collector is not None:
            self._write()
            self._collector.flush()

    async def stop(self) -> None:
        """Hand over what is left; after ``run`` has ended."""
        if self._collector is not None:
            await asyncio.to_thread(self._write)
            await asyncio.to_thread(self._collector.close)

    def _write(self) -> None:
        assert self._collector is not None
        with self._writing:
            while self._waiting:
                self._write_one(self._collector, *self._waiting.popleft())

    def _write_one(self, collector: Collector, item: Item, told_us: int) -> None:
        if item.kind == EventKind.ALERT_ISSUED.value:
            alert = msgspec.json.decode(item.body, type=Alert)
            collector.begin(alert.alert_id, steps.alert_issued(alert, told_us))
        elif item.kind == EventKind.DELIVERY_CHANGED.value:
            self._write_answers(collector, msgspec.json.decode(item.body, type=DeliveryChanged))
        else:
            found = msgspec.json.decode(item.body, type=WatchHit)
            times = self._sightings.get(found.hit.sighting.sighting_id)
            if times is not None:
                collector.begin(f"event {item.number}", steps.hit(found, times, told_us))

    def _write_answers(self, collector: Collector, changed: DeliveryChanged) -> None:
        told = self._told.setdefault(changed.alert_id, set())
        while len(self._told) > MOST_ALERTS:
            self._told.popitem(last=False)
        for delivery in changed.deliveries:
            step = steps.acknowledged(changed.alert_id, delivery)
            if step is not None and delivery.radio_id not in told:
                told.add(delivery.radio_id)
                collector.go_on(changed.alert_id, step)
