"""The recordings' front door for calls: bursts as they come, written beside the relay and never in its way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from devices.protocol.clock import Clock
from devices.protocol.voice import VoicePacket
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import Change, StorageOverloaded
from hub.talk.recording import keeping, rows
from hub.talk.recording.files import file_name
from hub.talk.recording.messages import BurstNotRecorded, NewBurst
from hub.talk.recording.writer import Closed, Missed, NotRecorded, Opened, Told, VoiceWriter

_log = structlog.get_logger()
DAY_US = 86_400_000_000
MOST_UNDER_WAY = 256
"""Bursts whose rows are not complete: one a talk group, and those of the last seconds. The oldest is told no more."""


@dataclass
class _Burst:
    """A burst whose row is not complete."""

    new: NewBurst
    started_at_us: int
    file: str | None = None
    closed: Closed | None = None
    radios_reached: int | None = None
    interrupted: bool = False

    def values(self) -> dict[str, Any]:
        """Its row as it stands."""
        found: dict[str, Any] = {**vars(self.new), "call_kind": self.new.call_kind.value}
        found |= {"started_at_us": self.started_at_us, "radios_reached": self.radios_reached}
        found |= {"file": self.file, "interrupted": self.interrupted}
        if self.closed is not None:
            closed = self.closed
            found |= {"duration_s": closed.duration_s, "packets": closed.packets, "lost": closed.lost}
            found |= {"bytes": closed.bytes, "file": self.file if closed.bytes > 0 else None}
        return found


class Recordings:
    """Records bursts below ``folder``, and keeps their rows. Nothing that it is told takes the event loop's time."""

    def __init__(self, database: Database, events: EventLog, registry: Registry, clock: Clock, folder: Path) -> None:
        self.folder = folder
        self.writer = VoiceWriter(folder, clock, self._hear)
        self._database = database
        self._events = events
        self._registry = registry
        self._clock = clock
        self._bursts: dict[int, _Burst] = {}
        self._background: set[asyncio.Future[None]] = set()

    async def open(self) -> None:
        """Complete what a hub left that ended in the middle, and begin to write; the database writes already."""
        for row in await self._database.read(rows.under_way):
            await self._complete(row)
        self.writer.start()

    async def _complete(self, row: sa.Row[Any]) -> None:
        try:
            found = await asyncio.to_thread(keeping.mend, self.folder / row.file) if row.file is not None else None
        except OSError as error:  # tried again at the next start
            _log.error("recording.not_mended", file=row.file, error=error.strerror)
            return
        values = {"burst_id": row.burst_id, "interrupted": True, "duration_s": found.duration_s if found else 0.0}
        values |= {"packets": found.packets if found else 0, "bytes": found.bytes if found else 0}
        values |= {"file": row.file if found else None}
        await self._database.write(lambda change: rows.complete(change, values))
        _log.warning("recording.interrupted", file=row.file, duration_s=values["duration_s"])

    async def stop(self) -> None:
        """End every burst; all is on disk and in its row when this returns."""
        await self.writer.stop()
        await asyncio.gather(*self._background)

    def begin(self, new: NewBurst) -> None:
        """A burst was granted."""
        while len(self._bursts) >= MOST_UNDER_WAY:
            del self._bursts[next(iter(self._bursts))]
        started_at_us = self._clock.wall_us()
        self._bursts[new.burst_id] = _Burst(new, started_at_us)
        zone = ZoneInfo(self._registry.community.time_zone)
        comments = (
            f"TITLE={new.group_name}",
            f"ARTIST={new.talker_name}",
            f"DATE={datetime.fromtimestamp(started_at_us / 1e6, zone).isoformat(timespec='seconds')}",
            f"ORGANIZATION={self._registry.community.name}",
            f"BURST={new.burst_id}",
        )
        name = file_name(started_at_us, zone, new.group_name, new.talker_name)
        self.writer.begin(new.burst_id, name, comments)

    def packet(self, packet: VoicePacket, at_us: int) -> None:
        """A packet of a burst under way, which came at ``at_us`` of the monotonic clock."""
        self.writer.packet(packet.burst_id, packet, at_us)

    def end(self, burst_id: int) -> None:
        """The burst is over."""
        self.writer.end(burst_id)

    def reached(self, burst_id: int, radios: int) -> None:
        """How many radios heard the burst, once that is known."""
        burst = self._bursts.get(burst_id)
        if burst is not None:
            burst.radios_reached = radios
            self._save(burst)

    def bytes_on_disk(self, burst_id: int) -> int:
        """How much can be heard of a burst whose row is not complete; 0 before its first page."""
        burst = self._bursts.get(burst_id)
        closed = burst.closed if burst is not None else None
        return closed.bytes if closed is not None else self.writer.synced_bytes(burst_id)

    async def forget(self, before_us: int, most_bytes: int) -> int:
        """Delete recordings that began before ``before_us``, and the oldest until all take ``most_bytes``.

        One whose file cannot be deleted stays, with its row, and is tried again the next time.
        """
        forgotten = await self._remove(lambda after: lambda connection: rows.older_than(connection, before_us, after))
        forgotten += await self._remove(lambda after: lambda connection: rows.too_many(connection, most_bytes, after))
        day = datetime.fromtimestamp((before_us - 2 * DAY_US) / 1e6, ZoneInfo("UTC")).date()
        await asyncio.to_thread(keeping.remove_days_before, self.folder, day)
        return forgotten

    async def _remove(self, next_after: Callable[[rows.Began], Callable[[sa.Connection], list[sa.Row[Any]]]]) -> int:
        forgotten, last = 0, rows.Began()
        while old := await self._database.read(next_after(last)):
            last = rows.Began(old[-1].started_at_us, old[-1].burst_id)
            forgotten += await self._remove_these(old)
        return forgotten

    async def _remove_these(self, old: list[sa.Row[Any]]) -> int:
        """The files first: a row whose file is gone is forgotten the next time."""
        names = [row.file for row in old if row.file is not None]
        stay = await asyncio.to_thread(keeping.remove, self.folder, names)
        gone = [row.burst_id for row in old if row.file not in stay]
        await self._database.write(lambda change: rows.forget(change, gone))
        return len(gone)

    def _hear(self, told: Told) -> None:
        """What became of a burst, on the event loop."""
        burst = self._bursts.get(told.burst_id)
        if burst is None:
            _log.error("recording.unknown_burst", burst=told.burst_id)
            return
        if isinstance(told, Opened):
            burst.file = told.file
        elif isinstance(told, Closed):
            burst.closed = told
        else:
            burst.interrupted = burst.interrupted or told.reason is NotRecorded.DISK
            self._tell(burst.new, told)
        self._save(burst)

    def _save(self, burst: _Burst) -> None:
        values = burst.values()
        if burst.closed is not None and burst.radios_reached is not None:
            self._bursts.pop(burst.new.burst_id, None)
        self._in_background(lambda change: rows.put(change, values))

    def _tell(self, new: NewBurst, missed: Missed) -> None:
        body = BurstNotRecorded(burst_id=new.burst_id, group_id=new.group_id, reason=missed.reason)
        self._in_background(
            lambda change: self._events.append(change, EventKind.BURST_NOT_RECORDED, new.group_id, body)
        )

    def _in_background(self, change: Callable[[Change], object]) -> None:
        task = asyncio.ensure_future(self._write(change))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _write(self, change: Callable[[Change], object]) -> None:
        try:
            await self._database.write(change)
        except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
            _log.error("recording.row_not_written", error=str(error))
