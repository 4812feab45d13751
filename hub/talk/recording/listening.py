"""Recordings for who may hear them: found by time, group, venue and talker, heard again, drawn. Hearing is audited."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from devices.protocol.clock import Clock
from devices.protocol.topics import private_group
from hub.access import audit
from hub.access.entrant import Entrant, not_your_place
from hub.access.people import COMMUNITY
from hub.errors import Refusal
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.talk.allowed import Allowed
from hub.talk.recording import rows
from hub.talk.recording.messages import BurstPage, BurstQuery, ListenedBack, Waveform
from hub.talk.recording.service import Recordings
from hub.talk.recording.waveform import UnreadableRecording, peaks_of

COLLAPSED_FOR_S = 60
"""A player asks for the same recording again and again, part by part: that is one audit record a minute and person."""
MOST_DRAWING = 16
"""Waveforms that wait to be made, one at a time."""


@dataclass(frozen=True)
class Audio:
    """What can be heard of a recording: the first ``bytes`` of a file."""

    file: Path
    bytes: int


class ListeningBack:
    """Every call says who asks, and is refused (Refusal) where the burst is none of theirs."""

    def __init__(self, recordings: Recordings, database: Database, registry: Registry, clock: Clock) -> None:
        self._recordings = recordings
        self._database = database
        self._registry = registry
        self._clock = clock
        self._noted_at_us: dict[tuple[str, int], int] = {}  # of the last minute
        self._drawing = asyncio.Lock()
        self._waiting = 0

    async def page(self, query: BurstQuery, entrant: Entrant) -> BurstPage:
        """The bursts of the groups that the person may hear; whoever has the whole community hears all."""
        hears = None if entrant.is_within(COMMUNITY) else await self._hears(entrant)
        venue = self._venue(query.venue_id) if query.venue_id is not None else None
        return await self._database.read(lambda connection: rows.page(connection, query, hears, venue))

    async def _hears(self, entrant: Entrant) -> frozenset[str]:
        return frozenset(filter(Allowed(entrant, self._registry).may, await self._database.read(rows.group_ids)))

    def _venue(self, venue_id: str) -> rows.Venue:
        radio_ids = [radio.radio_id for radio in self._registry.radios.values() if radio.venue_id == venue_id]
        return rows.Venue(radio_ids, [private_group(radio_id) for radio_id in radio_ids])

    async def audio(self, burst_id: int, entrant: Entrant) -> Audio:
        """What is on disk of a burst, over or under way; noted in the audit log when this returns."""
        row = await self._row(burst_id, entrant)
        size = row.bytes if row.bytes is not None else self._recordings.bytes_on_disk(burst_id)
        if row.file is None or size == 0:
            raise Refusal("no_voice", "这次讲话没有录到声音", "nothing was recorded of this burst", status=404)
        await self._note(entrant.person.person_id, row)
        return Audio(self._recordings.folder / row.file, size)

    async def waveform(self, burst_id: int, entrant: Entrant) -> Waveform:
        """Drawn once, when it is first asked for."""
        row = await self._row(burst_id, entrant)
        if row.duration_s is None:
            raise Refusal("under_way", "讲话还没有结束", "the burst is still under way", status=409)
        peaks = row.peaks if row.peaks is not None else await self._draw(row)
        return Waveform(
            burst_id=burst_id, duration_s=row.duration_s, peaks=tuple(round(peak / 255, 3) for peak in peaks)
        )

    async def _row(self, burst_id: int, entrant: Entrant) -> sa.Row[Any]:
        row = await self._database.read(lambda connection: rows.of(connection, burst_id))
        if row is None:
            raise Refusal("unknown_burst", "没有这段通话记录", "there is no recording of this burst", status=404)
        if not entrant.is_within(COMMUNITY) and not Allowed(entrant, self._registry).may(row.group_id):
            raise not_your_place()
        return row

    async def _note(self, person_id: str, row: sa.Row[Any]) -> None:
        now_us = self._clock.monotonic_us()
        since_us = now_us - COLLAPSED_FOR_S * 1_000_000
        self._noted_at_us = {of: at_us for of, at_us in self._noted_at_us.items() if at_us > since_us}
        if (person_id, row.burst_id) in self._noted_at_us:
            return
        detail = ListenedBack(burst_id=row.burst_id, group_id=row.group_id, talker_id=row.talker_id, file=row.file)
        await self._database.write(
            lambda change: audit.record(change, person_id, audit.Action.LISTEN_BACK, detail=detail)
        )
        self._noted_at_us[person_id, row.burst_id] = now_us

    async def _draw(self, row: sa.Row[Any]) -> bytes:
        if row.file is None:
            raise Refusal("no_voice", "这次讲话没有录到声音", "nothing was recorded of this burst", status=404)
        if self._waiting >= MOST_DRAWING:
            raise Refusal("too_busy", "请求太多，请稍后再试", "too many at once: try again later", status=429)
        self._waiting += 1
        try:
            async with self._drawing:
                peaks = await asyncio.to_thread(peaks_of, self._recordings.folder / row.file)
        except UnreadableRecording as error:
            raise Refusal("unreadable", "录音文件无法读取", f"it cannot be read: {error}", status=404) from None
        finally:
            self._waiting -= 1
        await self._database.write(lambda change: rows.put_peaks(change, row.burst_id, peaks))
        return peaks
