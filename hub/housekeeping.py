"""What the hub does now and then for all rooms: tells what was refused, forgets what is old."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from hub.bridge.refused import Refused, RefusedDevice
from hub.footage.segments.known_time import Now
from hub.settings import Settings

_log = structlog.get_logger()
TELL_REFUSED_EVERY_S = 1.0
FORGET_FIRST_AFTER_S = 60.0
"""A hub that has just come up has radios and calls to take back first."""
FORGET_EVERY_S = 3600.0
_DAY_US = 86_400_000_000


async def tell_refused(refused: Refused, tell: Callable[[RefusedDevice], Awaitable[None]]) -> None:
    """Tell what devices said and the hub did not take, until cancelled."""
    while True:
        await asyncio.sleep(TELL_REFUSED_EVERY_S)
        for one in refused.take():
            await tell(one)


@dataclass(frozen=True)
class Before:
    """What is older is forgotten: UTC, microseconds."""

    ordinary_us: int
    alerts_us: int
    voice_us: int
    audit_us: int

    @classmethod
    def at(cls, now_us: int, settings: Settings) -> Before:
        """As the settings have it at this time."""
        return cls(
            now_us - settings.retention_days * _DAY_US,
            now_us - settings.alert_retention_days * _DAY_US,
            now_us - settings.voice_retention_days * _DAY_US,
            now_us - settings.audit_retention_days * _DAY_US,
        )


Forget = Callable[[Before], Awaitable[int]]
"""Deletes what a room keeps and is too old; how many."""


async def forget(settings: Settings, time: Callable[[], Now], rooms: Mapping[str, Forget]) -> None:
    """Have every room forget what is older than it may be kept, one after the other, until cancelled.

    Begins FORGET_FIRST_AFTER_S after the start. Nothing is forgotten by a clock that has leapt.
    """
    await asyncio.sleep(FORGET_FIRST_AFTER_S)
    while True:
        now = time()
        if not now.has_leapt:
            before = Before.at(now.aged_us, settings)
            for room, forgetting in rooms.items():
                await _apart(room, forgetting(before))
        await asyncio.sleep(FORGET_EVERY_S)


async def _apart(room: str, forgetting: Awaitable[int]) -> None:
    """A room that cannot forget is told of and tried again the next time; it keeps no other from forgetting."""
    try:
        _log.info("housekeeping.forgotten", room=room, count=await forgetting)
    except Exception:
        _log.exception("housekeeping.failed", room=room)
