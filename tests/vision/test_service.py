"""The keeper of vision workers: which cameras they are given, and how cameras stand when nobody looks."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from devices.protocol.sightings import (
    LOOK_DELAYS_MS,
    Assign,
    Calibration,
    CameraCondition,
    CameraState,
    PictureCondition,
)
from devices.protocol.topics import DeviceKind, Down, Up
from hub.app import Hub
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.registry.records import Camera, Mask, MaskKind
from hub.vision.workers import WORKER_ENDED
from tests.devices.room import until
from tests.hub import Told, open_hub
from tests.played import HandDevice

FILM = Camera(camera_id="C09", name="录像", url="/films/门口.mp4")
LIVE = Camera(camera_id="C09", name="门口", url="rtsp://127.0.0.1:9/门口")
CALIBRATION = Calibration(
    width_px=640, height_px=360, focal_px=500.0, center_x_px=320.0, center_y_px=180.0, camera_height_m=3.0,
    tilt_deg=20.0, heading_deg=0.0, latitude=25.1, longitude=105.47,
)  # fmt: skip


@asynccontextmanager
async def open_post(folder: Path) -> AsyncIterator[tuple[Hub, HandDevice]]:
    """A hub whose one worker is played by hand."""
    async with open_hub(folder, vision_workers=1) as hub:
        await hub.vision.stop()
        async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as worker:
            yield hub, worker


def given(worker: HandDevice) -> list[str]:
    """The cameras of the latest assignment."""
    return [camera.camera_id for camera in worker.said_to_me(Down.ASSIGN, Assign)[-1].cameras]


async def say_state(worker: HandDevice, condition: CameraCondition, camera_id: str = "C09") -> None:
    state = CameraState(stamp=worker.stamp(), camera_id=camera_id, condition=condition, sightings=3)
    await worker.say(Up.CAMERA_STATE, state)


async def test_finished_recording_is_not_looked_at_again_after_a_restart(tmp_path: Path) -> None:
    async with open_post(tmp_path) as (hub, worker):
        await hub.vision.put_camera(FILM)
        await worker.hear(Down.ASSIGN, Assign)
        assert given(worker) == ["C09"]
        told = Told(hub)
        await say_state(worker, CameraCondition.FINISHED)
        await told.wait(EventKind.CAMERA_CHANGED, "C09")
    async with open_post(tmp_path) as (hub, worker):
        await worker.be_born()
        await worker.hear(Down.ASSIGN, Assign)
        assert given(worker) == []
        view = hub.vision.view("C09")
        assert (view.recording, view.condition, view.progress) == (True, "finished", 1.0)


async def test_camera_whose_worker_died_is_not_on_line(tmp_path: Path) -> None:
    async with open_post(tmp_path) as (hub, worker):
        await hub.vision.put_camera(LIVE)
        await worker.be_born(2)
        told = Told(hub)
        await say_state(worker, CameraCondition.ONLINE)
        await told.wait(EventKind.CAMERA_CHANGED, "C09")
        await worker.die(1)
        await worker.die(2)
        body = (await told.wait(EventKind.CAMERA_CHANGED, "C09", 2))[1]
        assert (body["condition"], body["detail"], body["sightings"]) == ("connecting", WORKER_ENDED, 3)
        await say_state(worker, CameraCondition.ONLINE)
        await told.wait(EventKind.CAMERA_CHANGED, "C09", 3)
        assert hub.vision.view("C09").condition == "online"


async def test_worker_is_told_its_cameras_again_when_the_hubs_line_was_gone(tmp_path: Path) -> None:
    async with open_post(tmp_path) as (hub, worker):
        await hub.vision.put_camera(LIVE)
        await until(lambda: given(worker) == ["C09"] if worker.said_to_me(Down.ASSIGN, Assign) else False, "told")
        told = len(worker.said_to_me(Down.ASSIGN, Assign))
        assert hub.bridge._client is not None
        hub.bridge._client._client.socket().shutdown(socket.SHUT_RDWR)
        await worker.hear(Down.ASSIGN, Assign, told + 1)
        assert given(worker) == ["C09"]


async def test_late_word_on_a_workers_former_connection_says_nothing(tmp_path: Path) -> None:
    async with open_post(tmp_path) as (hub, worker):
        await hub.vision.put_camera(LIVE)
        await worker.be_born(2)
        told = Told(hub)
        await say_state(worker, CameraCondition.ONLINE)
        await told.wait(EventKind.CAMERA_CHANGED, "C09")
        await worker.die(1)
        await say_state(worker, CameraCondition.STALLED)
        bodies = await told.wait(EventKind.CAMERA_CHANGED, "C09", 2)
    assert [body["condition"] for body in bodies] == ["online", "stalled"]


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
async def test_worker_that_ends_or_cannot_start_is_tried_again_and_its_cameras_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    async with open_post(tmp_path) as (hub, worker):
        await hub.vision.put_camera(LIVE)
        await say_state(worker, CameraCondition.ONLINE)
        await until(lambda: hub.vision.view("C09").condition == "online", "on line")
        monkeypatch.setattr("sys.executable", program)
        monkeypatch.setattr("hub.vision.worker_keeper.RESTART_FIRST_S", 0.01)
        before = hub.vision.workers.restarts
        hub.vision.start()
        await until(lambda: hub.vision.workers.restarts >= before + 2, "tried twice")
        assert (hub.vision.view("C09").condition, hub.vision.view("C09").detail) == ("connecting", WORKER_ENDED)


async def test_cameras_stay_with_their_worker_when_one_is_added(tmp_path: Path) -> None:
    async with open_hub(tmp_path, vision_workers=2) as hub:
        await hub.vision.stop()
        async with (
            HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as one,
            HandDevice.open(hub, "worker-2", DeviceKind.WORKER) as two,
        ):
            for number in range(6):
                await hub.vision.put_camera(msgspec.structs.replace(LIVE, camera_id=f"C1{number}"))
            before = [(await worker.hear(Down.ASSIGN, Assign, 6))[-1].cameras for worker in (one, two)]
            await hub.vision.put_camera(msgspec.structs.replace(LIVE, camera_id="A00"))
            after = [(await worker.hear(Down.ASSIGN, Assign, 7))[-1].cameras for worker in (one, two)]
            assert all(before)
            assert [[c for c in cameras if c.camera_id != "A00"] for cameras in after] == [list(c) for c in before]
            told = Told(hub)
            mine = before[0][0].camera_id
            await say_state(two, CameraCondition.UNREADABLE, mine)
            await say_state(two, CameraCondition.ONLINE, before[1][0].camera_id)
            await told.wait(EventKind.CAMERA_CHANGED, before[1][0].camera_id)
            await say_state(one, CameraCondition.ONLINE, mine)
            (body,) = await told.wait(EventKind.CAMERA_CHANGED, mine)
            assert body["condition"] == "online", "the word of a worker that is not given the camera does not count"


async def test_camera_that_its_worker_cannot_be_told_of_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_post(tmp_path) as (hub, worker):
        monkeypatch.setattr("devices.protocol.topics.MAX_PAYLOAD_BYTES", 2_000)
        long = msgspec.structs.replace(LIVE, url=f"rtsp://127.0.0.1:9/{'x' * 1_200}")
        await hub.vision.put_camera(long)
        with pytest.raises(Refusal, match="worker-1 has 1 cameras, no more fit") as refused:
            await hub.vision.put_camera(msgspec.structs.replace(long, camera_id="C10"))
        assert (refused.value.code, refused.value.status) == ("too_many_cameras", 409)
        await hub.vision.put_camera(msgspec.structs.replace(long, name="改名"))
        await worker.hear(Down.ASSIGN, Assign, 2)
        assert given(worker) == ["C09"]


async def test_metrics_say_how_late_looks_are_and_what_each_camera_costs(tmp_path: Path) -> None:
    async with open_post(tmp_path) as (hub, worker):
        await hub.vision.put_camera(LIVE)
        await worker.be_born()
        delays = (3, 0, 1, *[0] * (len(LOOK_DELAYS_MS) - 2))
        state = CameraState(
            stamp=worker.stamp(),
            camera_id="C09",
            condition=CameraCondition.ONLINE,
            tracks=3,
            detector_calls=17,
            stages_ms=(900, 40, 1500, 8, 250),
            look_delays=delays,
        )
        await worker.say(Up.CAMERA_STATE, state)
        await until(lambda: sum(hub.vision.look_delays()) == 4, "the looks are counted")
        said = hub.metrics.text().decode()
        assert 'qianshao_look_delay_seconds_bucket{le="0.006"} 3.0' in said
        assert 'qianshao_look_delay_seconds_bucket{le="0.008"} 4.0' in said
        assert 'qianshao_look_delay_seconds_bucket{le="+Inf"} 4.0' in said
        assert 'qianshao_camera_detector_calls_total{camera="C09"} 17.0' in said
        assert 'qianshao_camera_tracks_total{camera="C09"} 3.0' in said
        assert 'qianshao_camera_stage_seconds_total{camera="C09",stage="detect"} 1.5' in said


async def test_worker_is_told_what_it_may_not_see_and_in_which_view_a_camera_was_calibrated(tmp_path: Path) -> None:
    corners = ((0.0, 0.0), (0.5, 0.0), (0.5, 0.5))
    masks = tuple(Mask(kind=kind, points=corners) for kind in MaskKind)
    async with open_post(tmp_path) as (hub, worker):
        await hub.vision.put_camera(msgspec.structs.replace(LIVE, masks=masks))
        (camera,) = (await worker.hear(Down.ASSIGN, Assign))[-1].cameras
        assert (camera.masks, camera.view_file) == ((corners, corners), None)
        await hub.vision.put_calibration(hub.registry.cameras["C09"], CALIBRATION, b"a jpeg")
        (camera,) = (await worker.hear(Down.ASSIGN, Assign, 2))[-1].cameras
        assert camera.view_file is not None
        assert Path(camera.view_file).read_bytes() == b"a jpeg"
        await hub.vision.put_calibration(hub.registry.cameras["C09"], CALIBRATION, b"another")
        assert not Path(camera.view_file).exists()
    async with open_post(tmp_path) as (hub, worker):
        await worker.be_born()
        (camera,) = (await worker.hear(Down.ASSIGN, Assign))[-1].cameras
        assert camera.view_file is not None
        assert Path(camera.view_file).read_bytes() == b"another", "it outlives the hub"
        await hub.vision.remove_camera("C09")
        assert not Path(camera.view_file).exists()


async def test_picture_of_a_calibration_goes_when_part_of_it_is_never_to_be_stored(tmp_path: Path) -> None:
    corners = ((0.0, 0.0), (0.5, 0.0), (0.5, 0.5))
    unseen, unstored = (Mask(kind=kind, points=corners) for kind in MaskKind)
    async with open_hub(tmp_path) as hub:

        async def calibrate(masks: tuple[Mask, ...]) -> None:
            await hub.vision.put_camera(msgspec.structs.replace(LIVE, masks=masks))
            await hub.vision.put_calibration(hub.registry.cameras["C09"], CALIBRATION, b"a jpeg")

        def kept() -> list[Path]:
            return list(tmp_path.rglob("views/C09-*.jpg"))

        await calibrate(())
        assert len(kept()) == 1
        await hub.vision.put_masks("C09", (), (unseen,))
        assert len(kept()) == 1, "what is only not looked at may be in it"
        await hub.vision.put_masks("C09", (unseen,), (unseen, unstored))
        assert kept() == []
        await hub.vision.put_masks("C09", (unseen, unstored), ())
        await calibrate(())
        await hub.vision.put_camera(msgspec.structs.replace(LIVE, masks=(unstored,)))
        assert kept() == [], "by a file as well"
        await calibrate(())
        assert len(kept()) == 1, "one that was made with the mask has it"


async def test_how_far_a_picture_can_be_seen_with_is_told(tmp_path: Path) -> None:
    async with open_post(tmp_path) as (hub, worker):
        await hub.vision.put_camera(LIVE)
        told = Told(hub)
        await say_state(worker, CameraCondition.ONLINE)
        await told.wait(EventKind.CAMERA_CHANGED, "C09")
        state = CameraState(
            stamp=worker.stamp(),
            camera_id="C09",
            condition=CameraCondition.ONLINE,
            picture=PictureCondition.COVERED,
        )
        await worker.say(Up.CAMERA_STATE, state)
        body = (await told.wait(EventKind.CAMERA_CHANGED, "C09", 2))[1]
        assert (body["condition"], body["picture"], body["looked_at"]) == ("online", "covered", True)
        assert 'qianshao_cameras_looked_at{picture="covered"} 1.0' in hub.metrics.text().decode()
        await say_state(worker, CameraCondition.STALLED)
        body = (await told.wait(EventKind.CAMERA_CHANGED, "C09", 3))[2]
        assert (body["condition"], body["picture"], body["looked_at"]) == ("stalled", "clear", False)
