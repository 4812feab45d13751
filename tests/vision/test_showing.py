"""Looks beside a live picture: asked for once, shown to whoever may watch that camera, and to nobody else."""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
import pytest_asyncio
import sqlalchemy as sa

from devices.protocol.shown_looks import ShowLooks, ShownBox, ShownLook
from devices.protocol.sightings import CameraCondition, CameraState
from devices.protocol.topics import DeviceKind, Down, Up
from hub.access.people import Place, PlaceKind, Role
from hub.access.tables import audit_records
from hub.app import Hub
from hub.footage.coded import CodedPicture, Coding, Form, StreamName
from hub.footage.live.looks import MOST_WAITING, TileLooks
from hub.footage.recorder.relay_server import RelayServer
from hub.registry.owners import OwnerList
from hub.registry.records import Camera, Owner
from hub.vision import showing
from tests.devices.room import until
from tests.footage.walls import wall_on
from tests.hub import client_of, open_console, open_hub, sign_in
from tests.played import HandDevice

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRID_2 = Place(kind=PlaceKind.GRID, place_id="G2")
LIVE = Camera(camera_id="C01", name="大门", venue_id="V01", url="rtsp://127.0.0.1:9/gate")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.footage.live.walls.REVIEW_EVERY_S", 0.05)
        async with open_hub(tmp_path_factory.mktemp("hub"), vision_workers=1) as opened:
            await opened.vision.stop()
            await opened.vision.put_camera(LIVE)
            yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.DISPATCHER) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def worker(hub: Hub) -> AsyncIterator[HandDevice]:
    async with HandDevice.open(hub, "worker-1", DeviceKind.WORKER) as opened:
        yield opened


@pytest.fixture
def relay(hub: Hub, tmp_path: Path) -> Iterator[RelayServer]:
    server = RelayServer(tmp_path / "relay" / "socket")
    server.start()
    hub.footage.relay_path = str(server.path)
    channel = server.offer("C01", (StreamName.MAIN, StreamName.SUB))
    form = Form(
        camera_id="C01", stream=StreamName.SUB, coding=Coding.H264, codec="avc1.64001f", width_px=640, height_px=360
    )
    channel.publish(form)
    channel.publish(CodedPicture(0, 0, True, False, b"picture"))
    yield server
    hub.footage.relay_path = None
    server.close()


def look_at(worker: HandDevice, at_us: int, camera_id: str = "C01", motion: bytes = b"\xf0\x00") -> ShownLook:
    return ShownLook(
        stamp=worker.stamp(), camera_id=camera_id, at_us=at_us, frame_width_px=640, frame_height_px=360, settled=True,
        motion_width_px=4, motion_height_px=4, motion=zlib.compress(motion), looked=True,
        regions=(ShownBox(0, 0, 320, 360),), detections=(ShownBox(10, 20, 30, 60, score=0.9),),
        tracks=(ShownBox(11, 21, 30, 60, number=7),),
    )  # fmt: skip


def asked(worker: HandDevice) -> list[tuple[str, ...]]:
    return [one.camera_ids for one in worker.said_to_me(Down.SHOW_LOOKS, ShowLooks)]


async def test_worker_is_asked_once_for_all_who_watch_and_told_when_the_last_of_them_leaves(
    hub: Hub, console: httpx.AsyncClient, worker: HandDevice, relay: RelayServer
) -> None:
    """P-8.4."""
    await worker.say(
        Up.CAMERA_STATE,
        CameraState(stamp=worker.stamp(), camera_id="C01", condition=CameraCondition.ONLINE, frames_decoded=80),
    )
    async with wall_on(console) as first, wall_on(console) as second:
        await first.show((3, "C01"))
        await until(lambda: len(first.pictures(3)) == 1, "the camera is watched")
        assert asked(worker) == [], "a wall alone asks for no looks"
        await first.show((3, "C01"), looks=3)
        await until(lambda: asked(worker) == [("C01",)], "the worker is asked")
        await second.show((5, "C01"), looks=5)
        await until(lambda: len(second.pictures(5)) == 1, "both watch")
        await worker.say(Up.SHOWN_LOOK, look_at(worker, 1_000))
        await until(lambda: bool(first.looks and second.looks), "both see the look")
        (tile, look) = first.looks[0]
        assert look is not None
        assert (tile, look["at_us"], look["width_px"], look["looked"]) == (3, 1_000, 640, True)
        assert base64.b64decode(look["motion"]) == b"\xf0\x00"
        assert look["tracks"] == [[11.0, 21.0, 30.0, 60.0, 0.0, 7, True]]
        assert look["figures"]["frames_decoded"] == 80
        assert (second.looks[0][0], second.looks[0][1]) == (5, look)
        await first.show((3, "C01"))
        await until(lambda: len(hub.showing._viewers["C01"]) == 1, "one watches looks still")
        assert asked(worker) == [("C01",)], "they are asked for once"
    await until(lambda: asked(worker)[-1] == (), "the worker is told that nobody watches")
    assert (hub.showing.cameras, len(first.looks)) == (0, 1)


async def test_looks_are_shown_to_nobody_who_may_not_watch_the_camera(
    hub: Hub, console: httpx.AsyncClient, worker: HandDevice, relay: RelayServer
) -> None:
    token = await sign_in(hub, Role.OFFICER, (GRID_2,), "of-grid-2")
    elsewhere = client_of(console.base_url, token)
    async with wall_on(elsewhere) as wall:
        await wall.show((0, "C01"), looks=0)
        await wall.word(0, "not_your_place")
        await wall.show((0, "C01"), looks=1)
        await until(lambda: [one["code"] for one in wall.errors] == ["no_such_tile"], "of no tile there are looks")
    assert (hub.showing.cameras, asked(worker)) == (0, [])


async def test_looks_end_with_the_owners_terms_and_are_noted_with_the_live_picture(
    hub: Hub, console: httpx.AsyncClient, worker: HandDevice, relay: RelayServer
) -> None:
    owner = Owner(owner_id="O1", name="物业", watches_live=True)
    await hub.registry.put_owners(OwnerList(version=hub.registry.owners.version, owners=(owner,)))
    await hub.vision.put_camera(msgspec.structs.replace(LIVE, owner_id="O1"))
    viewer = client_of(console.base_url, await sign_in(hub, Role.OFFICER, person_id="who-looks"))
    async with wall_on(viewer) as wall:
        await wall.show((0, "C01"), looks=0)
        await until(lambda: hub.showing.cameras == 1, "the looks are watched")
        a = audit_records.c
        wanted = sa.select(a.action).where(a.person_id == "who-looks")
        assert await hub.database.read(lambda c: c.execute(wanted).scalars().all()) == ["watch_live"]
        refusing = msgspec.structs.replace(owner, watches_live=False)
        await hub.registry.put_owners(OwnerList(version=hub.registry.owners.version, owners=(refusing,)))
        await wall.word(0, "owner_terms")
        await until(lambda: hub.showing.cameras == 0, "no looks are watched any longer")
        await worker.say(Up.SHOWN_LOOK, look_at(worker, 2_000))
        later = CameraState(stamp=worker.stamp(), camera_id="C01", condition=CameraCondition.ONLINE, frames_decoded=81)
        await worker.say(Up.CAMERA_STATE, later)
        await until(lambda: hub.vision.view("C01").frames_decoded == 81, "what was said after the look is heard")
    assert wall.looks == []
    await hub.vision.put_camera(LIVE)


async def test_look_with_a_mask_of_another_size_is_dropped(
    hub: Hub, console: httpx.AsyncClient, worker: HandDevice, relay: RelayServer
) -> None:
    """P-8.5."""
    async with wall_on(console) as wall:
        await wall.show((0, "C01"), looks=0)
        await until(lambda: hub.showing.cameras == 1, "the looks are watched")
        for motion in (b"", b"\x00" * 3, b"\x00" * 8_000_000):
            await worker.say(Up.SHOWN_LOOK, look_at(worker, 1_000, motion=motion))
        await worker.say(Up.SHOWN_LOOK, look_at(worker, 3_000))
        await until(lambda: bool(wall.looks), "the good one is seen")
        assert [look["at_us"] for _, look in wall.looks if look] == [3_000]


async def test_more_cameras_than_are_shown_at_once_wait_until_there_is_room(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "MOST_CAMERAS", 0)
    async with wall_on(console) as wall:
        await wall.show((0, "C01"), looks=0)
        await until(lambda: wall.looks == [(0, None)], "it is told that there is no room")
        monkeypatch.setattr(showing, "MOST_CAMERAS", 1)
        await until(lambda: hub.showing.cameras == 1, "there is room now")


async def test_console_that_reads_slowly_gets_the_newest_looks() -> None:
    class Shown:
        def join(self, camera_id: str, viewer: object) -> bool:
            return True

        def leave(self, camera_id: str, viewer: object) -> None:
            pass

    woken = asyncio.Event()
    looks = TileLooks(Shown(), woken.set)
    looks.show(2, "C01")
    for number in range(9):
        looks.take_look(b"%d" % number)
    assert woken.is_set()
    assert list(looks.waiting) == [f'{{"tile":2,"look":{number}}}' for number in range(9 - MOST_WAITING, 9)]
    looks.end()
    assert not looks.waiting
