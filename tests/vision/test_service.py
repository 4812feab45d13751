"""The keeper of vision workers: which cameras they are given, and how cameras stand when nobody looks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from devices.protocol import messages as wire
from devices.protocol.messages import CameraCondition
from devices.protocol.topics import DeviceKind, Down, Up
from hub.app import Hub
from hub.events.messages import EventKind
from hub.registry.records import Camera
from tests.hub import Told, open_hub
from tests.played import HandDevice

FILM = Camera(camera_id="C09", name="录像", url="/films/门口.mp4")


@asynccontextmanager
async def open_post(folder: Path) -> AsyncIterator[tuple[Hub, HandDevice]]:
    """A hub whose one worker is played by hand."""
    async with open_hub(folder, vision_workers=1) as hub:
        await hub.vision.stop()
        async with HandDevice.open(hub.broker.worker_address, "worker-1", DeviceKind.WORKER) as worker:
            yield hub, worker


def given(worker: HandDevice) -> list[str]:
    """The cameras of the latest assignment."""
    return [camera.camera_id for camera in worker.said_to_me(Down.ASSIGN, wire.Assign)[-1].cameras]


async def say_state(worker: HandDevice, condition: CameraCondition, camera_id: str = "C09") -> None:
    state = wire.CameraState(stamp=worker.stamp(), camera_id=camera_id, condition=condition, sightings=3)
    await worker.say(Up.CAMERA_STATE, state)


async def test_finished_recording_is_not_looked_at_again_after_a_restart(tmp_path: Path) -> None:
    async with open_post(tmp_path) as (hub, worker):
        await hub.vision.put_camera(FILM)
        await worker.hear(Down.ASSIGN, wire.Assign)
        assert given(worker) == ["C09"]
        told = Told(hub)
        await say_state(worker, CameraCondition.FINISHED)
        await told.wait(EventKind.CAMERA_CHANGED, "C09")
    async with open_post(tmp_path) as (hub, worker):
        await worker.be_born()
        await worker.hear(Down.ASSIGN, wire.Assign)
        assert given(worker) == []
        view = hub.vision.view("C09")
        assert (view.recording, view.condition, view.progress) == (True, "finished", 1.0)
