"""A started hub with a small community, its console's address, what it told, and devices played by hand."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import aiomqtt
import httpx
import msgspec
import uvicorn

from devices.link import BrokerAddress, LinkTiming
from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.clock import Clock, SystemClock
from devices.protocol.topics import DeviceKind, Down, Up
from devices.protocol.voice import VoicePacket
from devices.radio.floor import FloorState
from devices.radio.radio import Radio as DeviceRadio
from devices.radio.radio import RadioEvents
from hub.app import Hub
from hub.bridge.broker import Broker
from hub.events.messages import EventKind, Item
from hub.registry.records import Camera, Community, CommunityFile, Grid, PoliceGrid, Radio, Venue, VenueKind
from hub.serve import make_server
from hub.settings import Settings
from hub.storage.database import Database, migrate
from hub.storage.engine import make_engine
from tests.devices.room import until

_T = TypeVar("_T")
CHANGES = {"X-Qianshao": "1"}
"""The header that a request needs to change something."""
PICTURE = b"\xff\xd8 a picture \xff\xd9"


def community(venues: int = 4) -> CommunityFile:
    """Venues V01, V02 … in two grids, hotels and schools, each with one radio R01, R02 …, and camera C01 at V01."""
    return CommunityFile(
        community=Community(name="栖凤社区", latitude=25.1, longitude=105.47, time_zone="Asia/Shanghai"),
        police_grids=(PoliceGrid(police_grid_id="P1", name="一警格"),),
        grids=tuple(Grid(grid_id=f"G{n}", name=f"第{n}网格", police_grid_id="P1") for n in (1, 2)),
        venues=tuple(
            Venue(
                venue_id=f"V{n:02}",
                name=f"场所{n}",
                kind=VenueKind.HOTEL if n % 2 else VenueKind.SCHOOL,
                grid_id="G1" if n <= venues / 2 else "G2",
                latitude=25.1,
                longitude=105.47 + n / 1000,
            )
            for n in range(1, venues + 1)
        ),
        radios=tuple(Radio(radio_id=f"R{n:02}", venue_id=f"V{n:02}", name=f"对讲机{n}") for n in range(1, venues + 1)),
        cameras=(Camera(camera_id="C01", name="大门", venue_id="V01", latitude=25.1, longitude=105.47),),
    )


def settings(folder: Path, broker: str = "embedded", **given: Any) -> Settings:
    """Settings of a hub in ``folder`` that looks at no video."""
    return Settings(data_dir=folder, broker=broker, vision_workers=given.pop("vision_workers", 0), **given)


@asynccontextmanager
async def open_hub(
    folder: Path, broker: str = "embedded", *, clock: Clock | None = None, venues: int = 4, **given: Any
) -> AsyncIterator[Hub]:
    """A started hub. The community is enrolled unless the folder holds one already."""
    hub = Hub(settings(folder, broker, **given), clock)
    await hub.start()
    try:
        if not hub.registry.venues:
            found = community(venues)
            await hub.registry.import_community(found)
            for camera in found.cameras:
                await hub.vision.put_camera(camera)
        await until(hub.bridge.connected.is_set, "the hub is connected to the broker")
        yield hub
    finally:
        await hub.stop()


@asynccontextmanager
async def open_console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    """The hub's own HTTP server on a free port, and a client that may change things."""
    server = make_server(hub, host="127.0.0.1", port=0)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started, "the console's server listens")
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{_port(server)}", headers=CHANGES) as client:
            yield client
    finally:
        server.should_exit = True
        await serving


def _port(server: uvicorn.Server) -> int:
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


def websocket_address(console: httpx.AsyncClient, path: str) -> str:
    """The websocket address of ``path`` on the server that ``console`` speaks to."""
    return f"ws://{console.base_url.host}:{console.base_url.port}{path}"


class Told:
    """What a hub told as events from now on."""

    def __init__(self, hub: Hub) -> None:
        self.items: list[Item] = []
        hub.events.follow(self.items.extend)

    def of(self, kind: EventKind, subject: str | None = None) -> list[dict[str, Any]]:
        """The bodies of the events of one kind so far, all or those about ``subject``."""
        wanted = [item for item in self.items if item.kind == kind and subject in (None, item.subject)]
        return [msgspec.json.decode(item.body) for item in wanted]

    async def wait(self, kind: EventKind, subject: str | None = None, count: int = 1) -> list[dict[str, Any]]:
        """The bodies of the events of one kind, once there are ``count``."""
        about = f" about {subject}" if subject else ""
        await until(lambda: len(self.of(kind, subject)) >= count, f"the hub told of {count} {kind.value}{about}")
        return self.of(kind, subject)


class HandDevice:
    """A radio or worker played by hand: says what the test wants, and hears what the hub says to it and to groups."""

    def __init__(self, kind: DeviceKind, device_id: str, boot_id: int = 11) -> None:
        self.device_id = device_id
        self.boot_id = boot_id
        self.clock: Clock = SystemClock()
        self.heard: list[aiomqtt.Message] = []
        self._kind = kind
        self._sequence = 0
        self._client: aiomqtt.Client | None = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls, address: BrokerAddress, device_id: str, kind: DeviceKind = DeviceKind.RADIO
    ) -> AsyncIterator[HandDevice]:
        device = cls(kind, device_id)
        async with aiomqtt.Client(
            address.host,
            address.port,
            username=address.username,
            password=address.password,
            protocol=aiomqtt.ProtocolVersion.V5,
        ) as client:
            device._client = client
            await client.subscribe([(topics.down(kind, device_id, what), 1) for what in Down])
            await client.subscribe([(f"{topics.PREFIX}/group/+/+", 1), (topics.HUB_TICK, 1)])
            listening = asyncio.create_task(device._listen(client))
            try:
                yield device
            finally:
                listening.cancel()
                with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
                    await listening

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            self.heard.append(message)

    def stamp(self, *, late_s: float = 0.0) -> wire.Stamp:
        """The next stamp; ``late_s`` says that the message was said so long ago."""
        self._sequence += 1
        return wire.Stamp(
            boot_id=self.boot_id,
            sequence=self._sequence,
            monotonic_us=self.clock.monotonic_us() - round(late_s * 1e6),
            wall_us=self.clock.wall_us() - round(late_s * 1e6),
        )

    async def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        assert self._client is not None
        await self._client.publish(topic, payload, qos=qos, retain=retain)

    async def say(self, what: Up, message: wire.Message, *, retain: bool = False) -> None:
        await self.publish(topics.up(self._kind, self.device_id, what), wire.encode(message), retain=retain)

    async def be_born(self, birth_count: int = 1) -> None:
        await self.say(Up.BIRTH, wire.Birth(stamp=self.stamp(), birth_count=birth_count, software="test"), retain=True)

    async def die(self, birth_count: int = 1) -> None:
        await self.say(Up.DEATH, wire.Death(stamp=self.stamp(), birth_count=birth_count), retain=True)

    def said_to_me(self, what: Down, kind: type[_T] | Any) -> list[_T]:
        """What the hub has said to this device alone so far."""
        return self.on_topic(topics.down(self._kind, self.device_id, what), kind)

    def on_topic(self, topic: str, kind: type[_T] | Any) -> list[_T]:
        """What has come on one topic so far."""
        return [wire.decode(bytes(m.payload), kind) for m in self.heard if m.topic.value == topic]

    async def hear(self, what: Down, kind: type[_T] | Any, count: int = 1) -> list[_T]:
        """What the hub has said to this device alone, once there are ``count``."""
        await until(
            lambda: len(self.said_to_me(what, kind)) >= count, f"{self.device_id} heard {what.value} {count} times"
        )
        return self.said_to_me(what, kind)

    async def hear_group_floor(self, group_id: str, count: int) -> list[wire.GroupFloor]:
        """Who was said to speak in a group, once there are ``count``."""
        topic = topics.group_floor(group_id)
        await until(lambda: len(self.on_topic(topic, wire.GroupFloor)) >= count, f"{count} words on {topic}")
        return self.on_topic(topic, wire.GroupFloor)


@asynccontextmanager
async def radio_on_line(hub: Hub, radio_id: str, birth_count: int = 1) -> AsyncIterator[HandDevice]:
    """A radio played by hand that the hub holds to be on line."""
    async with HandDevice.open(hub.broker.address, radio_id) as radio:
        await radio.be_born(birth_count)
        await until(lambda: hub.radios.is_online(radio_id), f"{radio_id} is on line")
        yield radio


def sighting(hub: Hub, sighting_id: str, upper: str, lower: str, camera_id: str = "C01") -> wire.Sighting:
    """A child in these colours, seen for 4 s until a second ago."""
    box = wire.BoxAt(0, 10.0, 20.0, 30.0, 80.0)
    now_us = hub.clock.wall_us()
    return wire.Sighting(
        sighting_id=sighting_id,
        camera_id=camera_id,
        started_at_us=now_us - 5_000_000,
        ended_at_us=now_us - 1_000_000,
        ended=True,
        frame_width_px=640,
        frame_height_px=480,
        path=(box,),
        score=0.9,
        picture_jpeg=PICTURE,
        picture_box=box,
        upper=tuple(float(one == upper) for one in wire.COLOURS),
        lower=tuple(float(one == lower) for one in wire.COLOURS),
        describer="test-1",
        descriptor=bytes(64),
        height_m=1.1,
        height_error_m=0.05,
        child=1.0,
    )


class Person(RadioEvents):
    """Whoever holds a real radio: notes what it shows and who speaks, and what it plays."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.packets: list[VoicePacket] = []
        self.floor: list[tuple[FloorState, str]] = []

    def alert_shown(self, alert: wire.AlertMessage) -> None:
        self.shown.append(alert.alert_id)

    def packet_heard(self, packet: VoicePacket, age_us: int | None) -> None:
        self.packets.append(packet)

    def floor_changed(self, state: FloorState, why: str) -> None:
        self.floor.append((state, why))


@asynccontextmanager
async def real_radio(hub: Hub, radio_id: str, person: Person, store: Path | None = None) -> AsyncIterator[DeviceRadio]:
    """A real radio of the hub's community on line, in the talk groups that it belongs to."""
    radio = DeviceRadio(
        radio_id,
        hub.broker.address,
        group_ids=[group.group_id for group in hub.registry.groups.values() if radio_id in group.radio_ids],
        clock=SystemClock(),
        rng=random.Random(radio_id),
        events=person,
        store_dir=store,
        timing=LinkTiming(first_reconnect_s=0.05, longest_reconnect_s=0.5, first_repeat_s=0.3, longest_repeat_s=1.0),
    )
    task = asyncio.create_task(radio.run())
    try:
        await until(lambda: hub.radios.is_online(radio_id), f"{radio_id} is on line")
        yield radio
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def address_of(broker: Broker) -> str:
    """The broker's address as the hub's setting ``broker`` takes it; the password goes beside it."""
    address = broker.hub_address
    return f"mqtt://{address.username}@{address.host}:{address.port}"


@cache
def _migrated() -> bytes:
    """The file of an empty database of today's schema; making one takes longer than most tests."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.sqlite3"
        engine = make_engine(f"sqlite:///{file}")
        migrate(engine)
        engine.dispose()
        return file.read_bytes()


@asynccontextmanager
async def open_database(folder: Path, clock: Clock | None = None) -> AsyncIterator[Database]:
    """A migrated database that writes."""
    file = folder / "hub.sqlite3"
    if not file.exists():
        file.write_bytes(_migrated())
    database = Database(f"sqlite:///{file}", clock or SystemClock())
    database.start()
    try:
        yield database
    finally:
        await database.stop()
