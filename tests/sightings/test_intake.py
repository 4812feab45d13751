"""What workers say is stored, followed and only then confirmed; what fails is said again and loses nothing else."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from devices.protocol import messages as wire
from devices.protocol.sightings import Sighting, SightingMessage
from devices.protocol.topics import DeviceKind, Down, Up
from hub.app import Hub
from tests.devices.room import until
from tests.hub import open_hub, sighting
from tests.played import HandDevice


@pytest.fixture
async def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    monkeypatch.setattr("hub.loops.RESTART_AFTER_S", 0.01)
    async with open_hub(tmp_path, vision_workers=1) as opened:
        await opened.vision.stop()
        yield opened


@pytest.fixture
async def worker(hub: Hub) -> AsyncIterator[HandDevice]:
    async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as device:
        yield device


async def say(worker: HandDevice, found: Sighting) -> None:
    message = SightingMessage(stamp=worker.stamp(), message_id=found.sighting_id, sighting=found)
    await worker.say(Up.SIGHTING, message)


def confirmed(worker: HandDevice) -> list[str]:
    confirms: list[wire.Confirm] = worker.said_to_me(Down.CONFIRM, wire.Confirm)
    return [one for confirm in confirms for one in confirm.message_ids]


async def test_sighting_is_confirmed_when_its_followers_are_done_and_followed_again_when_said_again(
    hub: Hub, worker: HandDevice
) -> None:
    followed: list[str] = []

    async def fail_once(found: Sighting) -> None:
        followed.append(found.sighting_id)
        if followed == ["first"]:
            raise RuntimeError("killed before it was told")

    hub.intake.follow(fail_once)
    first = sighting(hub, "first", "red", "blue")
    await say(worker, first)
    await say(worker, sighting(hub, "second", "red", "blue"))
    await until(lambda: confirmed(worker) == ["second"], "the second is confirmed")
    assert hub.sightings.get("first") == first
    await say(worker, first)
    await until(lambda: confirmed(worker) == ["second", "first"], "the first is confirmed, said again")
    assert followed == ["first", "second", "first"]
    assert (hub.intake.stored, hub.task_failures) == (2, 1)


async def test_sighting_that_the_disk_does_not_take_is_not_confirmed_and_costs_no_other(
    hub: Hub, worker: HandDevice
) -> None:
    followed: list[str] = []

    async def note(found: Sighting) -> None:
        followed.append(found.sighting_id)

    hub.intake.follow(note)
    await say(worker, sighting(hub, "known", "red", "blue"))
    await until(lambda: confirmed(worker) == ["known"], "the first is confirmed")
    folder = hub.settings.data_dir / "sightings"
    away = folder.with_name("away")
    folder.rename(away)
    folder.write_text("no folder")
    earlier = sighting(hub, "earlier hour", "red", "blue")
    await say(worker, hours_ago(earlier, 3))
    await say(worker, sighting(hub, "later", "red", "blue"))
    await until(lambda: "later" in confirmed(worker), "the later one is confirmed")
    assert (followed, hub.refused.counts["store_failed"]) == (["known", "later"], 1)
    folder.unlink()
    shutil.move(away, folder)
    await say(worker, hours_ago(earlier, 3))
    await until(lambda: "earlier hour" in confirmed(worker), "the first is confirmed, said again")
    assert followed == ["known", "later", "earlier hour"]
    assert hub.task_failures == 0


def hours_ago(found: Sighting, hours: int) -> Sighting:
    back_us = hours * 3_600_000_000
    return msgspec.structs.replace(
        found, started_at_us=found.started_at_us - back_us, ended_at_us=found.ended_at_us - back_us
    )
