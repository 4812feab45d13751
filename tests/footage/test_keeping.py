"""How long footage is kept, and what is told where the disk is too small for it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from devices.protocol.clock import SystemClock
from hub.events.messages import EventKind
from hub.footage.coded import StreamName
from hub.footage.recorder.control import Condition, Disk, Stand
from hub.footage.segments.names import DAY_US, HOUR_US, SEGMENT, closed_name, day_of
from tests.devices.room import until
from tests.hub import open_hub


def recorded(folder: Path, start_us: int) -> Path:
    day = folder / "footage" / "C01" / day_of(start_us)
    day.mkdir(parents=True, exist_ok=True)
    segment = day / f"{closed_name(start_us, start_us + HOUR_US // 6)}{SEGMENT}"
    segment.write_bytes(bytes(100_000))
    return segment


async def test_disk_that_is_too_full_loses_its_oldest_footage_and_the_room_is_told(tmp_path: Path) -> None:
    now_us = SystemClock().wall_us()
    yesterday = recorded(tmp_path, now_us - DAY_US)
    just_now = recorded(tmp_path, now_us - HOUR_US // 2)
    async with open_hub(tmp_path, footage_disk_share=0.001) as hub:
        await until(lambda: not yesterday.exists(), "the oldest is deleted at the start")
        assert just_now.exists(), "the last hour never goes"
        await until(lambda: hub.keeping.forecast is not None, "the forecast is made")
        await until(lambda: hub.events.last > 0, "events are told")
        told = {item.kind: msgspec.json.decode(item.body) for item in await hub.events.since(0)}
    assert told[EventKind.FOOTAGE_CUT_SHORT]["days_wanted"] == 30
    assert told[EventKind.FOOTAGE_DISK_WARNING]["full_in_days"] == 0


async def test_full_disk_is_swept_at_once(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        old = recorded(tmp_path, hub.clock.wall_us() - 40 * DAY_US)
        hub.footage._hear(Stand(camera_id="C01", stream=StreamName.MAIN, condition=Condition.ONLINE, disk=Disk.FULL))
        await until(lambda: not old.exists(), "what is too old is deleted without waiting for the minute")
