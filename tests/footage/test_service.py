"""The hub with a real recorder and a real vision worker: one connection to a camera, apart in their faults."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from devices.protocol.clock import SystemClock
from hub.app import Hub
from hub.events.messages import EventKind
from hub.footage.segments.catalogue import Catalogue, gaps
from hub.footage.standing import RECORDER_ENDED
from hub.registry.owners import OwnerList
from hub.registry.records import Camera, Owner
from simulators.cameras.faults import Fault
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.devices.room import until
from tests.hub import Told, open_hub
from tests.vision.drawn import Walker, film

pytestmark = pytest.mark.asyncio(loop_scope="module")
WITHIN_S = 40.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cameras(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CameraServer]:
    walkers = [Walker(40, 430, 130, 150), Walker(600, 400, -140, 130)]
    tape = read_tape(film(tmp_path_factory.mktemp("film") / "gate.mp4", walkers, seconds=8))
    async with CameraServer({"gate": tape, "yard": tape}, SystemClock(), random.Random(1)) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory, cameras: CameraServer) -> AsyncIterator[Hub]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.vision.worker_keeper.SPARE_AFTER_S", 0.1)
        async with open_hub(tmp_path_factory.mktemp("hub"), vision_workers=1, footage_recorder=True) as opened:
            assert not opened.footage.recorder.running, "without a camera to record there is no recorder"
            await opened.vision.put_camera(
                Camera(camera_id="C01", name="大门", venue_id="V01", url=cameras.url("gate"))
            )
            await until(lambda: opened.vision.view("C01").recorded is True, "recorded", WITHIN_S)
            await until(lambda: opened.vision.view("C01").looked_at, "looked at", WITHIN_S)
            yield opened
    assert not list(opened.footage.folder.glob("*/*/?????????.mp4")), "a hub that ends in order closes its segments"


def spans(hub: Hub, camera_id: str = "C01") -> list[tuple[int, int]]:
    found = Catalogue(hub.footage.folder).spans(camera_id, 0, hub.clock.wall_us() + 1)
    return [(span.start_us, span.end_us) for span in found]


async def test_camera_is_recorded_and_looked_at_over_one_connection(hub: Hub, cameras: CameraServer) -> None:
    view = hub.vision.view("C01")
    assert (view.condition, view.recorded, view.disk, view.picture) == ("online", True, "ok", "clear")
    await until(lambda: hub.vision.view("C01").sightings > 0, "people are seen", WITHIN_S)
    assert len(cameras.watchers) == 1
    await until(lambda: (hub.vision.view("C01").bytes_per_s or 0) > 1000, "its rate is known", WITHIN_S)


async def test_killed_vision_worker_costs_the_recording_nothing(hub: Hub) -> None:
    await until(lambda: hub.vision.workers.spare is not None, "a spare one waits", WITHIN_S)
    spare, (process_id,) = hub.vision.workers.spare, hub.vision.workers.pids.values()
    os.kill(process_id, signal.SIGKILL)
    await until(lambda: not hub.vision.view("C01").looked_at, "nobody looks", WITHIN_S)
    assert (hub.vision.view("C01").condition, hub.vision.view("C01").recorded) == ("online", True)
    before_us = spans(hub)[-1][1]
    await until(lambda: hub.vision.view("C01").looked_at, "looked at again", WITHIN_S)
    assert hub.vision.workers.pids == {"worker-1": spare}, "by the spare one"
    await until(lambda: spans(hub)[-1][1] > before_us + 1_000_000, "recorded further", WITHIN_S)
    assert list(gaps(Catalogue(hub.footage.folder).spans("C01", 0, hub.clock.wall_us()))) == []


async def test_killed_recorder_is_there_again_and_what_it_kept_stays(hub: Hub) -> None:
    told, before = Told(hub), hub.footage.recorder.process_id
    kept_us = spans(hub)[-1][1]
    assert before is not None
    os.kill(before, signal.SIGKILL)
    ended = {"condition": "connecting", "detail": RECORDER_ENDED, "recorded": False}
    await until(lambda: any(ended.items() <= body.items() for body in told.of(EventKind.CAMERA_CHANGED, "C01")), "told")
    await until(lambda: hub.footage.recorder.process_id not in (None, before), "started again", WITHIN_S)
    await until(lambda: hub.vision.view("C01").recorded is True and hub.vision.view("C01").looked_at, "again", WITHIN_S)
    await until(lambda: len(spans(hub)) == 2, "a new segment is begun", WITHIN_S)
    assert spans(hub)[0][1] > kept_us - 1000, "to the millisecond of its name, nothing that was on disk is missing"


async def test_camera_that_is_refused_says_so_and_disturbs_no_other(hub: Hub, cameras: CameraServer) -> None:
    cameras.set_fault("yard", Fault.PASSWORD)
    await hub.vision.put_camera(Camera(camera_id="C02", name="后院", venue_id="V01", url=cameras.url("yard")))
    await until(lambda: hub.vision.view("C02").condition == "refused", "refused", WITHIN_S)
    view = hub.vision.view("C02")
    assert (view.recorded, view.looked_at, view.detail != "") == (False, False, True)
    assert hub.vision.view("C01").recorded
    await hub.vision.remove_camera("C02")
    assert hub.footage.stand("C02") is None


async def test_camera_whose_owner_forbids_it_is_not_recorded(hub: Hub) -> None:
    owner = Owner(owner_id="O1", name="锦绣物业", records=False)
    await hub.registry.put_owners(OwnerList(version=hub.registry.owners.version, owners=(owner,)))
    camera = hub.registry.cameras["C01"]
    await hub.vision.put_camera(msgspec.structs.replace(camera, owner_id="O1"))
    await until(
        lambda: (stand := hub.footage.stand("C01")) is not None and not stand.recorded, "not recorded", WITHIN_S
    )
    assert hub.vision.view("C01").recorded is None
    end_us = spans(hub)[-1][1]
    await hub.vision.put_camera(msgspec.structs.replace(camera, owner_id=None))
    await until(lambda: spans(hub)[-1][1] > end_us, "recorded again", WITHIN_S)


async def test_what_moved_is_kept_for_the_timeline(hub: Hub) -> None:
    def moved() -> bool:
        hub.footage.motion.flush()
        now_us = hub.clock.wall_us()
        return any(0 < share <= 200 for share in hub.footage.motion.read("C01", now_us - 60_000_000, now_us).shares)

    await until(moved, "movement is on disk", WITHIN_S)
