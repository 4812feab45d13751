"""How long footage is kept, and what is told where the disk is too small for it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from devices.protocol.clock import ManualClock, SystemClock
from hub.app import Hub
from hub.events.messages import EventKind
from hub.footage.coded import StreamName
from hub.footage.recorder.control import Condition, Disk, Stand
from hub.footage.segments.keeper import disk_use
from hub.footage.segments.names import DAY_US, HOUR_US, SEGMENT, closed_name, day_of
from hub.footage.tables import footage_agreed_days
from hub.registry.owners import OwnerList
from hub.registry.records import Owner
from tests.devices.room import until
from tests.hub import Told, open_hub

WITHIN_S = 20.0


def recorded(folder: Path, start_us: int, size: int = 100_000) -> Path:
    """Ten minutes that are said to take so many bytes, and take none."""
    day = folder / "footage" / "C01" / day_of(start_us)
    day.mkdir(parents=True, exist_ok=True)
    segment = day / f"{closed_name(start_us, start_us + HOUR_US // 6)}{SEGMENT}"
    segment.touch()
    os.truncate(segment, size)
    return segment


async def bodies(hub: Hub, *kinds: EventKind) -> dict[EventKind, Any]:
    """The latest event of each kind, as soon as all have been told."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            found = {item.kind: msgspec.json.decode(item.body) for item in await hub.events.since(0)}
            if found.keys() >= set(kinds):
                return found
            await asyncio.sleep(0.02)


async def test_disk_that_is_too_full_loses_its_oldest_footage_and_the_room_is_told(tmp_path: Path) -> None:
    now_us = SystemClock().wall_us()
    yesterday = recorded(tmp_path, now_us - DAY_US)
    just_now = recorded(tmp_path, now_us - HOUR_US // 2)
    async with open_hub(tmp_path, footage_disk_share=0.001) as hub:
        await until(lambda: not yesterday.exists(), "the oldest is deleted at the start")
        assert just_now.exists(), "the last hour never goes"
        told = await bodies(hub, EventKind.FOOTAGE_CUT_SHORT, EventKind.FOOTAGE_DISK_WARNING, EventKind.FOOTAGE_NO_ROOM)
    assert told[EventKind.FOOTAGE_CUT_SHORT]["days_wanted"] == 30
    assert told[EventKind.FOOTAGE_DISK_WARNING]["full_in_days"] == 0
    assert told[EventKind.FOOTAGE_NO_ROOM]["held_bytes"] == 0


async def test_disk_that_will_be_full_in_two_weeks_is_told_now(tmp_path: Path) -> None:
    since_us = SystemClock().wall_us() - HOUR_US // 2
    room = disk_use(tmp_path).room_bytes(0.99)
    young = recorded(tmp_path, since_us, room // 15 * (HOUR_US // 2) // DAY_US)
    async with open_hub(tmp_path, footage_disk_share=0.99) as hub:
        told = await bodies(hub, EventKind.FOOTAGE_DISK_WARNING)
        assert young.exists()
    assert told[EventKind.FOOTAGE_DISK_WARNING]["full_in_days"] == pytest.approx(15, rel=0.2)
    assert told[EventKind.FOOTAGE_DISK_WARNING]["days_short"] == pytest.approx(15, rel=0.3)
    assert EventKind.FOOTAGE_CUT_SHORT not in told


async def test_word_that_the_disk_is_full_has_it_swept_at_once(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        old = recorded(tmp_path, hub.clock.wall_us() - 40 * DAY_US)
        hub.footage._hear(Stand(camera_id="C01", stream=StreamName.MAIN, condition=Condition.ONLINE, disk=Disk.FULL))
        await until(lambda: not old.exists(), "what is too old is deleted without waiting for the minute")


async def test_footage_of_a_camera_that_was_taken_out_keeps_its_owners_days(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        camera = hub.registry.camera("C01")
        owner = Owner(owner_id="O1", name="酒店", retention_days=7)
        await hub.registry.put_owners(OwnerList(version=0, owners=(owner,)))
        await hub.registry.put_camera(msgspec.structs.replace(camera, owner_id="O1"))
        await hub.registry.remove_camera("C01")
        old, young = (recorded(tmp_path, hub.clock.wall_us() - days * DAY_US) for days in (10, 5))
        hub.keeping.sweep_soon()
        await until(lambda: not old.exists(), "ten days are more than the owner agreed to")
        assert young.exists()
        kept = sa.select(footage_agreed_days.c.camera_id)
        await until(lambda: hub.database.read_now(lambda c: c.execute(kept).scalar()) == "C01", "that is written down")
    old = recorded(tmp_path, hub.clock.wall_us() - 9 * DAY_US)
    async with open_hub(tmp_path) as hub:
        assert "C01" not in hub.registry.cameras
        assert hub.keeping.days_kept("C01") == 7
        await until(lambda: not old.exists(), "also after a restart")
        assert young.exists()


async def test_clock_that_leaps_a_month_ahead_deletes_nothing_and_the_room_is_told(tmp_path: Path) -> None:
    clock = ManualClock()
    segment = recorded(tmp_path, clock.wall_us() - HOUR_US)
    async with open_hub(tmp_path, clock=clock) as hub:
        await until(lambda: hub.keeping.forecast is not None, "it was swept once")
        told = Told(hub)
        clock.jump_wall(31 * 86_400)
        hub.keeping.sweep_soon()
        (leapt,) = await told.wait(EventKind.FOOTAGE_CLOCK_LEAPT)
        assert leapt == {"ahead_s": 31 * 86_400, "trusted_after_s": 86_400}
        assert segment.exists()
    async with open_hub(tmp_path, clock=clock) as hub:
        assert hub.keeping.now().has_leapt, "a restart makes it no truer"
