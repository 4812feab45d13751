"""What workers say is stored, followed and only then confirmed; what fails is said again and loses nothing else."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from devices.protocol import messages as wire
from devices.protocol.sightings import Sighting, SightingMessage, Stripes
from devices.protocol.topics import DeviceKind, Down, Up
from hub.app import Hub
from hub.registry.owners import OwnerList
from hub.registry.records import Camera, Owner
from hub.vision.description.choice import open_descriptor
from hub.vision.description.kept_stripes import kept, mean_of
from hub.vision.description.lesson import MEASURE
from hub.vision.description.naming import name_of
from hub.vision.description.stripe_numbers import SIZE
from tests.describing.projections import learned_projection
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

    async def fail_once(found: Sequence[Sighting]) -> None:
        followed.extend(one.sighting_id for one in found)
        if followed == ["first"]:
            raise RuntimeError("killed before it was told")

    hub.intake.follow(fail_once)
    first = sighting(hub, "first", "red", "blue")
    await say(worker, first)
    await until(lambda: followed == ["first"], "the first failed")
    await say(worker, sighting(hub, "second", "red", "blue"))
    await until(lambda: confirmed(worker) == ["second"], "the second is confirmed")
    assert hub.sightings.get("first") == first
    await say(worker, first)
    await until(lambda: confirmed(worker) == ["second", "first"], "the first is confirmed, said again")
    assert followed == ["first", "second", "first"]
    assert (hub.intake.stored, hub.task_failures) == (2, 1)


async def test_sighting_of_a_worker_that_describes_otherwise_is_stored_and_followed_by_the_describer_in_use(
    hub: Hub, worker: HandDevice, tmp_path: Path
) -> None:
    """P-8.9."""
    followed: list[Sighting] = []

    async def note(found: Sequence[Sighting]) -> None:
        followed.extend(found)

    hub.intake.follow(note)
    learned = learned_projection(tmp_path / "learned.npz")
    await hub.redescribing.use(learned)
    mean = np.random.default_rng(1).random(SIZE).astype(np.float32)
    came = msgspec.structs.replace(sighting(hub, "new", "red", "blue"), describer="stripes-2", stripes=kept(mean))
    damaged = msgspec.structs.replace(came, sighting_id="damaged", stripes=Stripes(measure=MEASURE, numbers=b"?"))
    before = msgspec.structs.replace(came, sighting_id="before", stripes=None)
    for one in (came, damaged, before):
        await say(worker, one)
    await until(lambda: len(confirmed(worker)) == 3, "all are confirmed")
    described = msgspec.structs.replace(
        came,
        describer=name_of(learned),
        descriptor=open_descriptor(learned).of([], [mean_of(kept(mean))], np.ones(1)),
    )
    assert followed == [described, damaged, before], "who has no numbers keeps what he came with"
    assert hub.sightings.get("new") == described
    exactly = np.frombuffer(open_descriptor(learned).of([], [mean], np.ones(1)), np.int8).astype(float)
    told = np.frombuffer(described.descriptor, np.int8).astype(float)
    assert told @ exactly / np.linalg.norm(told) / np.linalg.norm(exactly) > 0.999


async def test_sighting_that_the_disk_does_not_take_is_not_confirmed_and_costs_no_other(
    hub: Hub, worker: HandDevice
) -> None:
    followed: list[str] = []

    async def note(found: Sequence[Sighting]) -> None:
        followed.extend(one.sighting_id for one in found)

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


async def test_worker_on_another_machine_tells_only_of_cameras_it_could_have_been_given(
    hub: Hub, worker: HandDevice
) -> None:
    refusing = Owner(owner_id="O1", name="物业", records=False)
    await hub.registry.put_owners(OwnerList(version=hub.registry.owners.version, owners=(refusing,)))
    for camera_id, url, owner_id in (
        ("film", "/films/门口.mp4", None),
        ("own", "rtsp://127.0.0.1/1", None),
        ("unrecorded", "rtsp://10.1.2.3/1", "O1"),
        ("gate", "rtsp://10.1.2.3/2", None),
    ):
        await hub.vision.put_camera(Camera(camera_id=camera_id, name="门口", url=url, owner_id=owner_id))
    async with HandDevice.open(hub, "east", DeviceKind.WORKER) as east:
        for camera_id in ("film", "own", "unrecorded", "gate"):
            await say(east, sighting(hub, camera_id, "red", "blue", camera_id))
        await until(lambda: sorted(confirmed(east)) == ["film", "gate", "own", "unrecorded"], "none is said again")
    assert (hub.intake.stored, hub.refused.counts["not_allowed"]) == (1, 3)
    await say(worker, sighting(hub, "seen in a film", "red", "blue", "film"))
    await until(lambda: hub.intake.stored == 2, "the hub's own tell of all")


def hours_ago(found: Sighting, hours: int) -> Sighting:
    back_us = hours * 3_600_000_000
    return msgspec.structs.replace(
        found, started_at_us=found.started_at_us - back_us, ended_at_us=found.ended_at_us - back_us
    )
