"""Lets each fault happen to what runs, and sees to it that it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from simulators.faults.database_server import DatabaseServer
from simulators.faults.disk import Disk
from simulators.faults.guarded import GuardedRadios
from simulators.faults.kept_hub import KeptHub
from simulators.faults.mqtt_proxy import MqttProxy
from simulators.faults.plan import Fault, FaultKind
from simulators.faults.wall_clock import WallClock
from simulators.faults.watching import Dispatcher

CUT_SHARE = 0.3
DUPLICATED_SHARE = 0.3
LATE_SHARE = 0.7
CLOCK_WITHIN_S = 3_600.0
"""The wall clock is off by at most so much, ahead or behind."""
WAIT_FOR_TARGET_S = 30.0
_OF_DISK = (FaultKind.DISK_FULL, FaultKind.DATABASE_LOCKED)
"""They have files open on the disk, so its power is not cut meanwhile."""


class Struck(msgspec.Struct, frozen=True):
    """One fault that happened, in seconds since the campaign's first alert."""

    kind: FaultKind
    alert: int
    at_s: float
    lasts_s: float


class Striking:
    """Strikes the hub, its broker, disk, database and clock, radios and console; ``struck`` is what happened."""

    def __init__(
        self,
        hub: KeptHub,
        radios: GuardedRadios,
        proxy: MqttProxy,
        disk: Disk,
        clock: WallClock,
        dispatcher: Dispatcher,
        server: DatabaseServer | None,
    ) -> None:
        """``server`` holds the hub's database; None: it is a file of the hub's."""
        self.struck: list[Struck] = []
        self.missed: Counter[FaultKind] = Counter()
        """Faults for which there was nothing to strike for WAIT_FOR_TARGET_S."""
        self._hub = hub
        self._radios = radios
        self._proxy = proxy
        self._disk = disk
        self._clock = clock
        self._dispatcher = dispatcher
        self._server = server
        self._began_s = time.monotonic()
        self._one_at_a_time = {kind: asyncio.Lock() for kind in FaultKind}
        for kind in _OF_DISK:
            self._one_at_a_time[kind] = self._one_at_a_time[FaultKind.POWER_CUT]
        self._strike: dict[FaultKind, Callable[[Fault], Awaitable[bool]]] = {
            FaultKind.HUB_KILLED: self._kill_hub,
            FaultKind.BROKER_KILLED: self._kill_broker,
            FaultKind.RADIOS_KILLED: self._kill_radios,
            FaultKind.RADIOS_CUT: self._cut_radios,
            FaultKind.MESSAGES_DUPLICATED: self._duplicate,
            FaultKind.MESSAGES_REORDERED: self._reorder,
            FaultKind.DISK_FULL: self._fill_disk,
            FaultKind.DATABASE_LOCKED: self._lock_database,
            FaultKind.DATABASE_KILLED: self._kill_database,
            FaultKind.POWER_CUT: self._cut_power,
            FaultKind.CLOCK_JUMP: self._jump,
            FaultKind.CONSOLE_CUT: self._cut_console,
        }

    def counts(self) -> dict[str, int]:
        """How many of each kind happened."""
        happened = Counter(one.kind for one in self.struck)
        return {kind.value: happened[kind] for kind in FaultKind}

    async def strike(self, fault: Fault) -> None:
        """Wait for the fault's moment and let it happen; two of a kind come one after the other."""
        await asyncio.sleep(fault.after_s)
        async with self._one_at_a_time[fault.kind]:
            until_s = time.monotonic() + WAIT_FOR_TARGET_S
            at_s = time.monotonic() - self._began_s
            while not await self._strike[fault.kind](fault):
                if time.monotonic() > until_s:
                    self.missed[fault.kind] += 1
                    return
                await asyncio.sleep(0.05)
                at_s = time.monotonic() - self._began_s
            self.struck.append(Struck(fault.kind, fault.alert, round(at_s, 3), round(fault.lasts_s, 3)))

    async def _kill_hub(self, _: Fault) -> bool:
        return self._hub.kill()

    async def _kill_broker(self, _: Fault) -> bool:
        brokers = self._hub.brokers()
        for pid in brokers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(brokers)

    async def _kill_radios(self, fault: Fault) -> bool:
        await self._radios.kill(fault.draw, fault.lasts_s)
        return True

    async def _cut_radios(self, _: Fault) -> bool:
        return self._proxy.cut(CUT_SHARE) > 0

    async def _duplicate(self, fault: Fault) -> bool:
        self._proxy.weather.duplicated = DUPLICATED_SHARE
        await asyncio.sleep(fault.lasts_s)
        self._proxy.weather.duplicated = 0.0
        return True

    async def _reorder(self, fault: Fault) -> bool:
        self._proxy.weather.late = LATE_SHARE
        await asyncio.sleep(fault.lasts_s)
        self._proxy.weather.late = 0.0
        return True

    async def _fill_disk(self, fault: Fault) -> bool:
        pid = self._hub.pid
        if pid is None:
            return False
        try:
            await asyncio.to_thread(self._disk.fill, pid)
            await asyncio.sleep(fault.lasts_s)
        finally:
            await asyncio.to_thread(self._disk.empty, pid)
        return True

    async def _kill_database(self, _: Fault) -> bool:
        return self._server is not None and self._server.kill()

    async def _cut_power(self, _: Fault) -> bool:
        async with self._hub.may_start, self._server.may_start if self._server else contextlib.nullcontext():
            process = self._hub.part.process
            if self._hub.pid is None or process is None:
                return False
            await asyncio.to_thread(self._disk.cut_power)
            self._hub.kill()
            await process.wait()
            if self._server is not None:
                self._server.kill()
                await self._server.wait_ended()
            await asyncio.to_thread(self._disk.mount_again)
        return True

    async def _lock_database(self, fault: Fault) -> bool:
        if self._server is not None:
            return await asyncio.to_thread(self._server.hold, fault.lasts_s)
        return await asyncio.to_thread(_hold, self._hub.database_file, fault.lasts_s)

    async def _jump(self, fault: Fault) -> bool:
        self._clock.put(round((2 * fault.draw - 1) * CLOCK_WITHIN_S * 1e6))
        return True

    async def _cut_console(self, _: Fault) -> bool:
        return self._dispatcher.cut()


def _hold(database: Path, for_s: float) -> bool:
    """Hold the database's lock as another program would; false where it could not be had."""
    connection = sqlite3.connect(database, isolation_level=None, timeout=5)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(for_s)
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True
