"""A wall of live cameras: each stream read once for all, by right, place and the owner's terms, and noted."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
import pytest_asyncio
import sqlalchemy as sa

from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.access.tables import audit_records
from hub.app import Hub
from hub.footage import noting
from hub.footage.coded import CodedPicture, Coding, Form, Record, StreamName
from hub.footage.live import walls
from hub.footage.recorder.channel import Channel
from hub.footage.recorder.relay_server import RelayServer
from hub.registry.owners import OwnerList
from hub.registry.records import Camera, Owner
from hub.storage import writer
from tests.devices.room import until
from tests.footage.segments.films import film
from tests.footage.walls import wall_on
from tests.hub import client_of, open_console, open_hub, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOTH = (StreamName.MAIN, StreamName.SUB)
GRID_2 = Place(kind=PlaceKind.GRID, place_id="G2")


def form(camera_id: str = "C01", coding: Coding = Coding.H264) -> Form:
    return Form(
        camera_id=camera_id, stream=StreamName.SUB, coding=coding, codec="avc1.64001f", width_px=640, height_px=360
    )


def picture(number: int, *, key: bool = False, size: int = 100) -> CodedPicture:
    return CodedPicture(number * 40_000, number * 40_000, key, False, number.to_bytes(4) * (size // 4))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub"), footage_transcoders=1) as opened:
        for number in range(2, 6):
            await opened.vision.put_camera(Camera(camera_id=f"C0{number}", name=f"{number}", venue_id="V01"))
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.DISPATCHER) as client:
        yield client


@pytest.fixture
def relay(hub: Hub, tmp_path: Path) -> Iterator[RelayServer]:
    server = RelayServer(tmp_path / "relay" / "socket")
    server.start()
    hub.footage.relay_path = str(server.path)
    yield server
    hub.footage.relay_path = None
    server.close()


def begun(relay: RelayServer, camera_id: str = "C01", pictures: int = 3) -> tuple[Channel, list[CodedPicture]]:
    """A camera that has sent a key picture and those after it."""
    channel = relay.offer(camera_id, BOTH)
    channel.publish(form(camera_id))
    sent = [picture(number, key=number == 0) for number in range(pictures)]
    for one in sent:
        channel.publish(one)
    return channel, sent


async def noted(hub: Hub, person_id: str) -> list[str]:
    a = audit_records.c
    wanted = sa.select(a.detail).where(a.action == "watch_live", a.person_id == person_id).order_by(a.number)
    details = await hub.database.read(lambda c: c.execute(wanted).scalars().all())
    return [msgspec.json.decode(one)["camera_id"] for one in details]


async def person(hub: Hub, console: httpx.AsyncClient, name: str, *places: Place) -> httpx.AsyncClient:
    """An officer of her own."""
    return client_of(console.base_url, await sign_in(hub, Role.OFFICER, places or (COMMUNITY,), name))


async def test_wall_shows_each_camera_from_its_last_key_picture_on(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    channels = {f"C0{number}": begun(relay, f"C0{number}") for number in range(1, 5)}
    async with wall_on(console) as wall:
        await wall.show(*((10 + number, f"C0{number}") for number in range(1, 5)))
        for number in range(1, 5):
            channel, sent = channels[f"C0{number}"]
            await wall.wait(10 + number, sent)
            assert [one.camera_id for one in wall.forms(10 + number)] == [f"C0{number}"]
            channel.publish(picture(7))
            await wall.wait(10 + number, [*sent, picture(7)])
        assert (hub.live.viewers, hub.live.streams.tiles) == (1, 4)
        assert b"qianshao_live_tiles 4.0" in hub.metrics.text()
    await until(lambda: hub.live.streams.tiles == hub.live.viewers == 0, "the wall is gone")


async def test_stream_is_read_once_for_every_tile_and_console_and_no_longer_than_somebody_watches(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    channel, sent = begun(relay)
    async with wall_on(console) as first, wall_on(console) as second:
        await first.show((0, "C01"), (1, "C01"))
        await first.wait(1, sent)
        channel.publish(later := picture(3))
        await second.show((5, "C01"))
        for wall, tile in ((first, 0), (first, 1), (second, 5)):
            await wall.wait(tile, [*sent, later])
        assert (channel.consumers, hub.live.streams.streams) == (1, 1)
        await first.show((2, "C01"))
        await first.wait(2, [*sent, later])
        await second.show()
        channel.publish(picture(4))
        await first.wait(2, [picture(4)])
        assert len(second.pictures(5)) == 4, "what was taken off the wall is sent no more"
        assert channel.consumers == 1
    await until(lambda: channel.consumers == 0, "nobody reads the stream any longer")


async def test_tile_of_a_camera_that_went_says_so_and_goes_on_by_itself(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    async with wall_on(console) as wall:
        await wall.show((0, "C02"))
        await wall.word(0, "refused")
        channel, sent = begun(relay, "C02")
        await wall.wait(0, sent)
        relay.withdraw(channel)
        await wall.word(0, "end")
        _, sent = begun(relay, "C02", pictures=5)
        await wall.wait(0, sent)


async def test_without_a_recorder_the_tile_says_so(hub: Hub, console: httpx.AsyncClient) -> None:
    async with wall_on(console) as wall:
        await wall.show((0, "C01"))
        await until(lambda: bool(wall.heard), "the tile says why")
        assert wall.words(0) == ["refused"]


async def test_camera_is_watched_within_ones_places_alone(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    begun(relay)
    elsewhere = await person(hub, console, "of-grid-2", GRID_2)
    async with wall_on(elsewhere) as wall:
        await wall.show((0, "C01"), (1, "C99"))
        await wall.word(0, "not_your_place")
        await wall.word(1, "unknown_camera")
        assert wall.pictures(0) == []
    assert await noted(hub, "of-grid-2") == []


async def test_owners_terms_keep_a_camera_off_the_wall_and_let_it_on_by_themselves(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    channel, sent = begun(relay, "C05")
    owner = Owner(owner_id="O1", name="物业", watches_live=True)
    await hub.registry.put_owners(OwnerList(version=hub.registry.owners.version, owners=(owner,)))
    await hub.vision.put_camera(Camera(camera_id="C05", name="5", venue_id="V01", owner_id="O1"))
    async with wall_on(console) as wall:
        await wall.show((0, "C05"))
        await wall.wait(0, sent)
        refusing = msgspec.structs.replace(owner, watches_live=False)
        await hub.registry.put_owners(OwnerList(version=hub.registry.owners.version, owners=(refusing,)))
        await wall.word(0, "owner_terms")
        await until(lambda: channel.consumers == 0, "the stream is read no longer")
        await hub.registry.put_owners(OwnerList(version=hub.registry.owners.version, owners=(owner,)))
        await until(lambda: len(wall.pictures(0)) == 2 * len(sent), "the camera is back on the wall")


async def test_watching_is_noted_once_a_minute_for_each_person_and_camera(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    _, sent = begun(relay)
    begun(relay, "C03")
    officer = await person(hub, console, "watcher")
    async with wall_on(officer) as wall, wall_on(officer) as other:
        await wall.show((0, "C01"))
        await wall.wait(0, sent)
        await wall.show((1, "C01"), (2, "C03"))
        await wall.wait(2, sent)
        await other.show((0, "C01"))
        await other.wait(0, sent)
    assert await noted(hub, "watcher") == ["C01", "C03"]


async def test_camera_that_stays_on_the_wall_is_noted_again(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walls, "NOTED_AGAIN_AFTER_US", 500_000)
    monkeypatch.setattr(noting, "COLLAPSED_FOR_US", 0)
    begun(relay)
    async with wall_on(await person(hub, console, "stays")) as wall:
        await wall.show((0, "C01"))
        await until(lambda: hub.live.streams.tiles == 1, "the camera is watched")
        async with asyncio.timeout(10):
            while len(await noted(hub, "stays")) < 2:
                await hub.database.write(lambda change: None)
        assert len(wall.forms(0)) == 1, "nobody sees anything of that"


async def test_what_cannot_be_noted_is_not_shown_until_it_can(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    _, sent = begun(relay)
    async with wall_on(await person(hub, console, "unnoted")) as wall:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(writer, "MAX_WAITING", 0)
            await wall.show((0, "C01"))
            await wall.word(0, "not_noted")
            assert wall.pictures(0) == []
        await wall.wait(0, sent)
    assert await noted(hub, "unnoted") == ["C01"]


async def test_wall_of_large_streams_that_others_watch_begins_whole(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    sent = [picture(number, key=number == 0, size=256 * 1024) for number in range(6)]
    cameras = [f"C0{number}" for number in range(1, 6)]
    for camera_id in cameras:
        channel, _ = begun(relay, camera_id, 0)
        for one in sent:
            channel.publish(one)
    async with wall_on(console) as first, wall_on(console) as second:
        for wall in (first, second):
            await wall.show(*enumerate(cameras))
            for tile in range(len(cameras)):
                await wall.wait(tile, sent)
    assert sum(len(one.data) for one in sent) * len(cameras) > walls.MAX_WAITING_BYTES


async def test_console_that_reads_slowly_loses_pictures_up_to_a_key_picture_and_nobody_else_does(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    channel, sent = begun(relay)
    size, dropped = 128 * 1024, hub.live.dropped_pictures
    many = [picture(number, key=number % 50 == 0, size=size) for number in range(100, 300)]
    async with wall_on(console) as quick, wall_on(console, reads=False) as slow:
        await quick.show((0, "C01"))
        await quick.wait(0, sent)
        await slow.show((0, "C01"))
        await until(lambda: hub.live.streams.tiles == 2, "both watch")
        for number, one in enumerate(many):
            channel.publish(one)
            await until(lambda number=number: len(quick.pictures(0)) >= number, "the quick one keeps up")
        await quick.wait(0, many)
        assert hub.live.dropped_pictures > dropped + 50
        channel.publish(last := picture(999))
        reading = asyncio.create_task(slow.read())
        key = picture(1000, key=True)
        await until(lambda: len(slow.pictures(0)) > 30, "what waited is read")
        channel.publish(key)
        await slow.wait(0, [key])
        await slow.socket.close()
        await reading
    got = slow.pictures(0)
    assert got[-1].key and got[-1].broken
    assert last.data not in [one.data for one in got]
    waited = sum(len(one.data) for one in got[len(sent) : -1])
    assert waited < walls.MAX_WAITING_BYTES + 8 * 1024 * 1024, "the kernel's buffers hold the rest"


BAD = [
    ("{}", "bad_watch"),
    ("no json", "bad_watch"),
    ('{"watch": 5}', "bad_watch"),
    ('{"watch": [{"tile": 256, "camera_id": "C01"}]}', "bad_watch"),
    ('{"watch": [{"tile": 0, "camera_id": "../C01"}]}', "bad_watch"),
    ('{"watch": [{"tile": 0, "camera_id": "C01", "stream": "third"}]}', "bad_watch"),
    ('{"watch": [{"tile": 0, "camera_id": "C01", "speed": 2}]}', "bad_watch"),
    ('{"watch": [{"tile": 0, "camera_id": "C01"}, {"tile": 0, "camera_id": "C02"}]}', "same_tile"),
    ('{"watch": [' + ",".join(f'{{"tile": {n}, "camera_id": "C01"}}' for n in range(17)) + "]}", "bad_watch"),
    (b"\xff\xfe", "bad_watch"),
]


async def test_wall_that_makes_no_sense_is_refused_in_both_languages_and_the_line_goes_on(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    _, sent = begun(relay)
    async with wall_on(await person(hub, console, "junk")) as wall:
        for number, (said, code) in enumerate(BAD, 1):
            await wall.socket.send(said)
            await until(lambda number=number: len(wall.errors) == number, f"{said!r} is refused")
            error = wall.errors[-1]
            assert (error["code"], error["field"]) == (code, "watch")
            assert error["message"] and error["message_en"]
        await wall.show((0, "C01"))
        await wall.wait(0, sent)


async def test_h265_comes_as_h264_to_who_cannot_decode_it_and_says_so_where_no_transcoder_is_free(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer
) -> None:
    filmed = film("libx265", seconds=1)
    channels = [relay.offer(camera_id, BOTH) for camera_id in ("C03", "C04")]
    for channel in channels:
        channel.publish(filmed.form)
        for one, _ in filmed.pictures:
            channel.publish(one)
    transcoders = hub.live.streams.transcoders
    async with wall_on(console) as wall, wall_on(console) as other:
        await wall.show((0, "C03"), transcode=True)
        await until(lambda: len(wall.pictures(0)) == len(filmed.pictures), "every picture is converted")
        assert [(one.coding, one.codec[:5]) for one in wall.forms(0)] == [(Coding.H264, "avc1.")]
        assert [one.wall_us for one in wall.pictures(0)] == sorted(one.wall_us for one, _ in filmed.pictures)
        await other.show((0, "C04"), (1, "C03"), transcode=True)
        await other.word(0, "transcoders_busy")
        await until(lambda: len(other.pictures(1)) == len(filmed.pictures), "a stream that is converted is shared")
        assert transcoders.running == 1
        (process_id,) = transcoders.process_ids
        os.kill(process_id, signal.SIGKILL)
        await wall.word(0, "transcoder_failed")
        await wall.show()
        await other.show((2, "C04"), transcode=True)
        await until(lambda: len(other.pictures(2)) == len(filmed.pictures), "the place is another's by itself")
    await until(lambda: transcoders.running == 0 and not transcoders.process_ids, "no transcoder is left")


async def test_h264_needs_no_transcoder(hub: Hub, console: httpx.AsyncClient, relay: RelayServer) -> None:
    _, sent = begun(relay)
    async with wall_on(console) as wall:
        await wall.show((0, "C01"), transcode=True)
        await wall.wait(0, sent)
        assert hub.live.streams.transcoders.running == 0


async def test_stream_that_a_broken_line_ended_is_opened_again_for_all_who_watch(
    hub: Hub, console: httpx.AsyncClient, relay: RelayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sent = begun(relay)
    streams = hub.live.streams
    opening = streams._open_stream

    async def fails(_camera_id: str, _stream: StreamName) -> AsyncGenerator[Record]:
        monkeypatch.setattr(streams, "_open_stream", opening)
        raise OSError(errno.EMFILE, "Too many open files")
        yield  # a generator

    monkeypatch.setattr(streams, "_open_stream", fails)
    async with wall_on(console) as wall:
        await wall.show((0, "C01"))
        await wall.word(0, "refused")
        await wall.wait(0, sent)
