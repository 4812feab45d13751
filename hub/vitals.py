"""Whether the hub truly lives: its event loop turns, the writer writes, the broker is there or being tried.

Asked by ``/healthz``, which reads memory alone, and told to the service manager, which restarts a hub that does
not live. A broker that is away makes the hub unhealthy, since the room then reaches nobody, and not dead: a new hub
would reach nobody either. So does a disk that is full, on which a new hub would store nothing either.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

import msgspec
import structlog

from devices.protocol.clock import Clock
from hub.bridge.client import Bridge
from hub.lifesign import ServiceManager
from hub.storage.database import Database
from hub.storage.writer import Change
from hub.tasks import end_tasks

_log = structlog.get_logger()
LOOK_EVERY_S = 0.5
LOOP_LATE_S = 5.0
"""A look that comes so much later than it should was held up by something that blocks the event loop."""
WRITE_EVERY_S = 2.0
WRITE_WITHIN_S = 5.0
BROKER_AWAY_S = 10.0
"""The hub tries again at least every 2 s; a broker that is restarted is back long before."""
BROKER_TRIED_S = 30.0
"""One try ends within 10 s, so that longer silence means that nobody tries."""


class Condition(StrEnum):
    """How one part stands."""

    OK = "ok"
    AWAY = "away"
    """The broker is not there; it is being tried."""
    FULL = "full"
    """The disk has no room: calls go on, nothing is stored."""
    STALLED = "stalled"


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """How each part of the hub stands."""

    loop: Condition
    storage: Condition
    broker: Condition


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /healthz``."""

    status: str
    """``ok``, or ``failing`` when any part is not."""
    parts: Parts


class Vitals:
    """Looks at the hub's parts; ``health`` and ``alive`` say how they stood at the latest look."""

    def __init__(self, database: Database, bridge: Bridge, clock: Clock) -> None:
        self._database = database
        self._bridge = bridge
        self._clock = clock
        self._looked_us = self._writable_us = self._connected_us = clock.monotonic_us()
        self._loop_late_s = 0.0

    def health(self) -> Health:
        """How each part stands now."""
        loop = (
            Condition.STALLED if max(self._loop_late_s, self._since_s(self._looked_us)) > LOOP_LATE_S else Condition.OK
        )
        parts = Parts(loop=loop, storage=self._storage(), broker=self._broker())
        every = (parts.loop, parts.storage, parts.broker)
        return Health(status="ok" if all(one is Condition.OK for one in every) else "failing", parts=parts)

    @property
    def alive(self) -> bool:
        """Whether a new hub would be no better than this one."""
        parts = self.health().parts
        return Condition.STALLED not in (parts.loop, parts.storage, parts.broker)

    def _since_s(self, us: int) -> float:
        return (self._clock.monotonic_us() - us) / 1e6

    def _storage(self) -> Condition:
        if self._since_s(self._writable_us) <= WRITE_EVERY_S + WRITE_WITHIN_S:
            return Condition.OK
        return Condition.FULL if self._database.writer.counts.disk_full else Condition.STALLED

    def _broker(self) -> Condition:
        if self._bridge.connected.is_set() or self._since_s(self._connected_us) <= BROKER_AWAY_S:
            return Condition.OK
        return Condition.AWAY if self._since_s(self._bridge.tried_us) <= BROKER_TRIED_S else Condition.STALLED

    async def run(self) -> None:
        """Look at the parts until cancelled."""
        self._looked_us = self._writable_us = self._connected_us = self._clock.monotonic_us()
        writing = asyncio.create_task(self._write(), name="vitals-writing")
        try:
            while True:
                before_us = self._clock.monotonic_us()
                await asyncio.sleep(LOOK_EVERY_S)
                self._loop_late_s = self._since_s(before_us) - LOOK_EVERY_S
                self._looked_us = self._clock.monotonic_us()
                if self._bridge.connected.is_set():
                    self._connected_us = self._looked_us
        finally:
            await end_tasks(writing)

    async def _write(self) -> None:
        """Have the writer do nothing now and then: it takes the database's lock for that, as for any change."""
        while True:
            try:
                await self._database.write(_nothing)
            except Exception as error:
                _log.error("vitals.not_writable", error=str(error))
            else:
                self._writable_us = self._clock.monotonic_us()
            await asyncio.sleep(WRITE_EVERY_S)


def _nothing(_change: Change) -> None:
    return


async def tell(manager: ServiceManager, vitals: Vitals, status: Callable[[], str]) -> None:
    """Say that the hub is ready, then how it stands, and WATCHDOG at half of the manager's patience while it lives.

    A hub that does not live is looked at again every LOOK_EVERY_S, and says WATCHDOG as soon as it lives again.
    """
    manager.say("READY=1", f"STATUS={status()}")
    half_s = (manager.watchdog_s or 10.0) / 2
    loop = asyncio.get_running_loop()
    said_s, shown = loop.time() - half_s, ""
    while True:
        health = vitals.health()
        failing = [
            f"{name}: {how}" for name, how in msgspec.structs.asdict(health.parts).items() if how is not Condition.OK
        ]
        show = "; ".join((status(), *failing))
        if show != shown and manager.say(f"STATUS={show}"):
            shown = show
        if vitals.alive and loop.time() - said_s >= half_s and manager.say("WATCHDOG=1"):
            said_s = loop.time()
        await asyncio.sleep(min(LOOK_EVERY_S, half_s / 4))
