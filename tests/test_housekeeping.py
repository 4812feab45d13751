"""What is old is forgotten in every room, also where one room cannot."""

from __future__ import annotations

import asyncio

import pytest

from devices.protocol.clock import ManualClock
from hub.footage.segments.known_time import KnownTime
from hub.housekeeping import Before, forget
from hub.settings import Settings
from hub.tasks import end_tasks


async def test_room_that_cannot_forget_holds_no_other_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.housekeeping.FORGET_FIRST_AFTER_S", 0.0)
    clock, settings = ManualClock(), Settings()
    asked: list[Before] = []
    done = asyncio.Event()

    async def cannot(before: Before) -> int:
        asked.append(before)
        raise OSError("the disk refuses")

    async def can(before: Before) -> int:
        asked.append(before)
        done.set()
        return 20

    forgetting = asyncio.create_task(forget(settings, KnownTime(clock, None).now, {"recordings": cannot, "audit": can}))
    async with asyncio.timeout(5):
        await done.wait()
    assert asked == [Before.at(clock.wall_us(), settings)] * 2
    assert not forgetting.done()
    await end_tasks(forgetting)
