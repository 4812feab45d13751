"""How long footage is kept: swept each minute and whenever the disk is full, and told where the disk is too small."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import structlog

from devices.protocol.clock import Clock
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.footage.segments.forecast import Forecast
from hub.footage.segments.keeper import Keeper
from hub.footage.segments.names import DAY_US, HOUR_US
from hub.footage.segments.retention import Hold, Rules
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import Change

_log = structlog.get_logger()
SWEEP_EVERY_S = 60.0
FORECAST_EVERY_US = HOUR_US
TELL_AGAIN_US = DAY_US
"""What is short today is short tomorrow: told once a day."""
LEAST_SHORT_DAYS = 0.5
"""Less is within what the forecast knows."""


class CutShort(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``footage.cut_short``: segments went early, for want of room; the youngest of them was so old."""

    segments: int
    kept_days: float
    days_wanted: int


class Keeping:
    """The loop; the decisions are in ``segments/retention.py``, the deleting in ``segments/keeper.py``."""

    def __init__(
        self,
        keeper: Keeper,
        registry: Registry,
        database: Database,
        events: EventLog,
        clock: Clock,
        *,
        days: int,
        disk_share: float,
        holds: Callable[[], Sequence[Hold]],
    ) -> None:
        self._keeper = keeper
        self._registry = registry
        self._database = database
        self._events = events
        self._clock = clock
        self._days = days
        self._disk_share = disk_share
        self._holds = holds
        self._sooner = asyncio.Event()
        self._told_us: dict[EventKind, int] = {}
        self._forecast_us = -FORECAST_EVERY_US
        self.forecast: Forecast | None = None
        """The latest; None before the first."""
        self.deleted_segments = self.deleted_bytes = self.stuck_files = 0

    def sweep_soon(self) -> None:
        """The disk is full: make room at once."""
        self._sooner.set()

    def rules(self) -> Rules:
        """As settings, owners and open cases have them now; a camera that is gone is kept as all others."""
        days_of = {
            camera_id: days
            for camera_id, camera in self._registry.cameras.items()
            if (days := self._registry.terms_for(camera).retention_days) is not None
        }
        return Rules(self._days, self._disk_share, days_of, tuple(self._holds()))

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._sooner.clear()
            try:
                await self._sweep()
            except OSError as error:  # a disk that is away is tried again
                _log.error("footage.not_swept", error=str(error))
            try:
                async with asyncio.timeout(SWEEP_EVERY_S):
                    await self._sooner.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(1.0)  # a disk that stays full would have it sweep without end

    async def _sweep(self) -> None:
        rules, now_us = self.rules(), self._clock.wall_us()
        swept = await asyncio.to_thread(self._keeper.sweep, now_us, rules)
        self.deleted_segments += swept.deleted
        self.deleted_bytes += swept.deleted_bytes
        self.stuck_files = swept.stuck
        if swept.early:
            body = CutShort(segments=swept.early, kept_days=round(swept.kept_days or 0.0, 1), days_wanted=rules.days)
            await self._tell(EventKind.FOOTAGE_CUT_SHORT, body)
        if self._clock.monotonic_us() - self._forecast_us >= FORECAST_EVERY_US:
            self._forecast_us = self._clock.monotonic_us()
            self.forecast = found = await asyncio.to_thread(self._keeper.forecast, now_us, rules)
            if not found.is_enough and found.days_short >= LEAST_SHORT_DAYS:
                await self._tell(EventKind.FOOTAGE_DISK_WARNING, found)
        if swept.is_more_to_do:
            self._sooner.set()

    async def _tell(self, kind: EventKind, body: msgspec.Struct) -> None:
        now_us = self._clock.monotonic_us()
        if now_us - self._told_us.get(kind, -TELL_AGAIN_US) < TELL_AGAIN_US:
            return
        self._told_us[kind] = now_us

        def change(open_change: Change) -> None:
            self._events.append(open_change, kind, "footage", body)

        await self._database.write(change)
