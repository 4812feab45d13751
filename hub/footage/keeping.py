"""How long footage is kept: swept each minute and whenever the disk is full, and told where the disk is too small."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError

from devices.protocol.clock import Clock
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.footage.agreed_days import AgreedDays, store
from hub.footage.disk import FootageDisk
from hub.footage.segments.forecast import Forecast
from hub.footage.segments.keeper import Keeper
from hub.footage.segments.known_time import TRUSTED_AFTER_US, KnownTime, Now
from hub.footage.segments.names import DAY_US, HOUR_US
from hub.footage.segments.retention import Hold, Rules
from hub.footage.tables import footage_known_time
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import Change, StorageOverloaded

_log = structlog.get_logger()
_KNOWN = sa.select(footage_known_time.c.known_us)
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


class NoRoom(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``footage.no_room``: the disk is over its share, and nothing more may go; holds name so much."""

    excess_bytes: int
    held_bytes: int


class ClockLeapt(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``footage.clock_leapt``: so far ahead, and so long it must go on steadily before it counts for ages."""

    ahead_s: int
    trusted_after_s: int


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
        disk: FootageDisk,
        holds: Callable[[], Sequence[Hold]],
    ) -> None:
        self._keeper = keeper
        self._registry = registry
        self._database = database
        self._events = events
        self._clock = clock
        self._days = days
        self._agreed = AgreedDays(days)
        self._time = KnownTime(clock, None)
        self._disk_share = disk_share
        self._disk = disk
        self._holds = holds
        self._sooner = asyncio.Event()
        self._told_us: dict[EventKind, int] = {}
        self._forecast_us = -FORECAST_EVERY_US
        self.forecast: Forecast | None = None
        """The latest; None before the first."""
        self.deleted_segments = self.deleted_bytes = self.stuck_files = 0

    def open(self) -> None:
        """Load what was agreed and what time it last was; after the registry, before the hub serves anyone."""
        known_us = self._database.read_now(lambda connection: connection.execute(_KNOWN).scalar())
        self._time = KnownTime(self._clock, known_us)
        self._database.read_now(self._agreed.load)
        self._registry.follow_cameras(self._take_terms)
        self._take_terms()

    def now(self) -> Now:
        """The time by which what is old is told."""
        return self._time.now()

    def days_kept(self, camera_id: str) -> int:
        """For how many days footage of a camera is kept, also of one that is no longer enrolled."""
        own = self._agreed.days_kept(camera_id)
        return self._days if own is None else min(own, self._days)

    def sweep_soon(self) -> None:
        """The disk is full: make room at once."""
        self._sooner.set()

    def rules(self) -> Rules:
        """As settings, owners and open cases have them now, and as owners had agreed for what is there."""
        agreed = self._agreed
        return Rules(self._days, self._disk_share, agreed.days_of, tuple(self._holds()), dict(agreed.past_of))

    def _take_terms(self) -> None:
        days_of = {
            camera_id: days
            for camera_id, camera in self._registry.cameras.items()
            if (days := self._registry.terms_for(camera).retention_days) is not None
        }
        if self._agreed.take(days_of, self._clock.wall_us()):
            self._sooner.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._sooner.clear()
            try:
                await self._sweep()
            except OSError as error:  # a disk that is away is tried again
                _log.error("footage.not_swept", error=str(error))
            await self._note()
            try:
                async with asyncio.timeout(SWEEP_EVERY_S):
                    await self._sooner.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(1.0)  # a disk that stays full would have it sweep without end

    async def _sweep(self) -> None:
        now = self.now()
        self._agreed.drop_over(now.aged_us)
        rules = self.rules()
        swept = await asyncio.to_thread(self._disk.checked(self._keeper.sweep), now, rules)
        self.deleted_segments += swept.deleted
        self.deleted_bytes += swept.deleted_bytes
        self.stuck_files = swept.stuck
        if swept.early:
            body = CutShort(segments=swept.early, kept_days=round(swept.kept_days or 0.0, 1), days_wanted=rules.days)
            await self._tell(EventKind.FOOTAGE_CUT_SHORT, body)
        if swept.excess_bytes > 0 and not swept.is_more_to_do:
            no_room = NoRoom(excess_bytes=swept.excess_bytes, held_bytes=swept.held_bytes)
            await self._tell(EventKind.FOOTAGE_NO_ROOM, no_room)
        if now.has_leapt:
            ahead_s = (now.wall_us - now.known_us) // 1_000_000
            leapt = ClockLeapt(ahead_s=ahead_s, trusted_after_s=TRUSTED_AFTER_US // 1_000_000)
            await self._tell(EventKind.FOOTAGE_CLOCK_LEAPT, leapt)
        if self._clock.monotonic_us() - self._forecast_us >= FORECAST_EVERY_US:
            self._forecast_us = self._clock.monotonic_us()
            self.forecast = found = await asyncio.to_thread(self._keeper.forecast, now.aged_us, rules)
            if not found.is_enough and found.days_short >= LEAST_SHORT_DAYS:
                await self._tell(EventKind.FOOTAGE_DISK_WARNING, found)
        if swept.is_more_to_do:
            self._sooner.set()

    async def _note(self) -> None:
        """Keep what time it is known to be, and what was agreed."""
        now, changed = self.now(), self._agreed.take_changed()

        def change(open_change: Change) -> None:
            store(open_change, changed)
            open_change.connection.execute(sa.delete(footage_known_time))
            open_change.connection.execute(sa.insert(footage_known_time).values(row_id=1, known_us=now.known_us))

        try:
            await self._database.write(change)
        except (OperationalError, StorageOverloaded) as error:
            self._agreed.still_changed(changed)
            _log.error("footage.not_noted", error=str(error))

    async def _tell(self, kind: EventKind, body: msgspec.Struct) -> None:
        now_us = self._clock.monotonic_us()
        if now_us - self._told_us.get(kind, -TELL_AGAIN_US) < TELL_AGAIN_US:
            return
        self._told_us[kind] = now_us

        def change(open_change: Change) -> None:
            self._events.append(open_change, kind, "footage", body)

        await self._database.write(change)
