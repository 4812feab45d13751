"""A started hub with a small community, its console's address, what it told, and devices played by hand."""

from __future__ import annotations

import asyncio
import os
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import uvicorn
from argon2 import Parameters, Type
from websockets.asyncio.client import connect

from devices.protocol.clock import Clock, SystemClock
from devices.protocol.sightings import COLOURS, BoxAt, Sighting
from hub.access.audit import AuditLog
from hub.access.entrant import Entrant
from hub.access.gate import SESSION_COOKIE
from hub.access.messages import NewPerson
from hub.access.passwords import Passwords
from hub.access.people import COMMUNITY, LOCAL, Person, Place, Role
from hub.app import Hub
from hub.bridge.broker import Broker
from hub.events.messages import EventKind, Item
from hub.registry.records import Camera, Community, CommunityFile, Grid, PoliceGrid, Radio, Venue, VenueKind
from hub.serve import make_server
from hub.settings import Settings
from hub.storage.database import Database
from hub.tasks import end_tasks
from tests.databases import setting_of, url_of
from tests.devices.room import until

_T = TypeVar("_T")
CHANGES = {"X-Qianshao": "1"}
"""The header that a request needs to change something."""
OFFICER = Person(person_id="officer", name="民警", role=Role.OFFICER)
CHEAP = Parameters(type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=1, memory_cost=8, parallelism=1)
"""Argon2 at its cheapest: what it costs is the matter of tests/access/test_passwords.py and of bench/."""
BROKER = os.environ.get("QIANSHAO_TEST_BROKER", "embedded")
"""Hubs' broker where a test does not say: the one within, or ``managed``, mosquitto."""
ANSWERED_WITHIN_S = 2.0
"""As the hub's own server waits at its end."""
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


def settings(folder: Path, broker: str = BROKER, **given: Any) -> Settings:
    """Settings of a hub in ``folder`` that looks at no video and records none."""
    without = {"vision_workers": 0, "footage_recorder": False}
    return Settings(**{"data_dir": folder, "broker": broker} | without | setting_of(folder) | given)


@asynccontextmanager
async def open_hub(
    folder: Path, broker: str = BROKER, *, clock: Clock | None = None, venues: int = 4, **given: Any
) -> AsyncIterator[Hub]:
    """A started hub whose Argon2 is cheap. The community is enrolled unless the folder holds one already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    url_of(folder)  # is there at every start but a hub's first
    hub = Hub(settings(folder, broker, **given), clock)
    hub.access._passwords = hub.sign_ons.pins._passwords = Passwords(CHEAP)
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
async def open_console(
    hub: Hub, role: Role = Role.OFFICER, places: tuple[Place, ...] = (COMMUNITY,)
) -> AsyncIterator[httpx.AsyncClient]:
    """The hub's own HTTP server on a free port, and a client that is signed in there."""
    server = make_server(hub, host="127.0.0.1", port=0)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started, "the console's server listens")
    try:
        async with client_of(f"http://127.0.0.1:{_port(server)}", await sign_in(hub, role, places)) as client:
            yield client
    finally:
        await _end(server, serving)


async def _end(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    """What uvicorn does at its end, at once: it looks for it ten times a second and then rests for a tenth."""
    await end_tasks(serving)
    state = server.server_state
    for listening in server.servers:
        listening.close()
    for connection in list(state.connections):
        connection.shutdown()
    with suppress(AssertionError):
        await until(lambda: not state.connections and not state.tasks, "all is answered", ANSWERED_WITHIN_S)
    for task in state.tasks:
        task.cancel()


def client_of(base_url: httpx.URL | str, token: str | None) -> httpx.AsyncClient:
    """A browser with this session, or with none."""
    cookies = {SESSION_COOKIE: token} if token is not None else {}
    transport = httpx.AsyncHTTPTransport(verify=False)  # it would load all authorities, for a line without TLS
    return httpx.AsyncClient(base_url=base_url, headers=CHANGES, cookies=cookies, timeout=30, transport=transport)


async def sign_in(hub: Hub, role: Role, places: tuple[Place, ...] = (COMMUNITY,), person_id: str | None = None) -> str:
    """The token of a new session of a person of this role, written down if need be; no password is hashed."""
    person_id = person_id or f"{role.value}-{zlib.crc32(repr(places).encode()):x}"
    await hub.access.put_person(NewPerson(person_id=person_id, name=role.value, role=role, places=places), LOCAL)
    _, token = hub.access._sessions.begin(person_id, "127.0.0.1")
    return token


def entrant(hub: Hub, role: Role, places: tuple[Place, ...] = (COMMUNITY,)) -> Entrant:
    """Somebody of this role who has come in."""
    return Entrant(Person(person_id=role.value, name=role.value, role=role, places=places), None, hub.access._grid_of)


def _port(server: uvicorn.Server) -> int:
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


def websocket(console: httpx.AsyncClient, path: str, **given: Any) -> connect:
    """A websocket to ``path`` on the server that ``console`` speaks to, with its session."""
    cookies = {"Cookie": f"{SESSION_COOKIE}={console.cookies[SESSION_COOKIE]}"} if console.cookies else {}
    address = f"ws://{console.base_url.host}:{console.base_url.port}{path}"
    return connect(address, additional_headers=cookies, **given)


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

    async def refusal(self, device: str, reason: str) -> dict[str, Any]:
        """The latest event that tells of a refusal to this device for this reason, once there is one."""

        def found() -> list[dict[str, Any]]:
            return [body for body in self.of(EventKind.DEVICE_REFUSED, device) if body["reason"] == reason]

        await until(lambda: bool(found()), f"{device} was refused: {reason}")
        return found()[-1]


def sighting(hub: Hub, sighting_id: str, upper: str, lower: str, camera_id: str = "C01") -> Sighting:
    """A child in these colours, seen for 4 s until a second ago."""
    box = BoxAt(0, 10.0, 20.0, 30.0, 80.0)
    now_us = hub.clock.wall_us()
    return Sighting(
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
        upper=tuple(float(one == upper) for one in COLOURS),
        lower=tuple(float(one == lower) for one in COLOURS),
        describer="test-1",
        descriptor=bytes(64),
        height_m=1.1,
        height_error_m=0.05,
        child=1.0,
    )


def address_of(broker: Broker) -> str:
    """The broker's address as the hub's setting ``broker`` takes it; the password goes beside it."""
    address = broker.hub_address
    return f"mqtt://{address.username}@{address.host}:{address.port}"


@asynccontextmanager
async def open_database(folder: Path, clock: Clock | None = None) -> AsyncIterator[Database]:
    """A migrated database that writes."""
    database = Database(url_of(folder), clock or SystemClock())
    AuditLog(database, folder / "access").open()
    database.start()
    try:
        yield database
    finally:
        await database.stop()
