"""What the hub does now and then for all rooms: tells what was refused, forgets what is old."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from devices.protocol.clock import Clock
from hub.access.audit import AuditLog
from hub.alerts.records import forget_tests
from hub.bridge.refused import Refused, RefusedDevice
from hub.events.log import EventLog
from hub.found.records import forget_found
from hub.rollcall.records import forget_roll_calls
from hub.settings import Settings
from hub.sightings.service import SightingService
from hub.storage.database import Database
from hub.talk.recording.service import Recordings
from hub.talk.sos_records import forget_sos

_log = structlog.get_logger()
TELL_REFUSED_EVERY_S = 1.0
FORGET_EVERY_S = 3600.0
_DAY_US = 86_400_000_000


async def tell_refused(refused: Refused, tell: Callable[[RefusedDevice], Awaitable[None]]) -> None:
    """Tell what devices said and the hub did not take, until cancelled."""
    while True:
        await asyncio.sleep(TELL_REFUSED_EVERY_S)
        for one in refused.take():
            await tell(one)


async def forget(
    settings: Settings,
    clock: Clock,
    database: Database,
    events: EventLog,
    sightings: SightingService,
    recordings: Recordings,
    audit: AuditLog,
) -> None:
    """Delete what is older than it may be kept, in every room, until cancelled."""
    while True:
        now_us = clock.wall_us()
        before_us = now_us - settings.retention_days * _DAY_US
        voice_before_us = now_us - settings.voice_retention_days * _DAY_US
        await _apart("events", events.forget_before(before_us))
        await _apart("sightings", asyncio.to_thread(sightings.forget_before, before_us))
        await _apart("found", forget_found(database, before_us))
        await _apart("sos", forget_sos(database, before_us))
        await _apart("roll-calls", forget_roll_calls(database, before_us))
        await _apart("tests", forget_tests(database, before_us))
        await _apart("recordings", recordings.forget(voice_before_us, round(settings.voice_most_gb * 1e9)))
        await _apart("audit", audit.forget_before(now_us - settings.audit_retention_days * _DAY_US))
        await asyncio.sleep(FORGET_EVERY_S)


async def _apart(room: str, forgetting: Awaitable[int]) -> None:
    """A room that cannot forget is told of and tried again the next time; it keeps no other from forgetting."""
    try:
        _log.info("housekeeping.forgotten", room=room, count=await forgetting)
    except Exception:
        _log.exception("housekeeping.failed", room=room)
