"""Puts a demonstration on: starts the parts in the shortest order, tells how far it is, takes everything down again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from hub.access.people import Role
from hub.console.picture import Picture
from hub.registry.records import CommunityFile
from simulators.community.build import Progress, build, is_ready
from simulators.community.parameters import Parameters
from simulators.demo.accounts import DemoAccount, make_accounts, sign_in
from simulators.demo.parts import CamerasPart, CamerasReady, HubPart, RadiosPart

CAMERAS_WITHIN_S = 60.0
ONLINE_SHOWN_EVERY_S = 0.3
SETTINGS = {"QIANSHAO_ROLL_CALL_AT": "", "QIANSHAO_ROLL_CALL_MINUTES": "1"}
"""The visitor calls the roll; simulated guards have answered within 20 s."""


@dataclass(frozen=True)
class Told:
    """How far the stage is: what is being done, and its share where that is known."""

    what: str
    share: float | None = None


class Stage:
    """One demonstration: hub, radios, cameras, in ``data_dir`` with the community of ``community_dir``."""

    def __init__(
        self,
        data_dir: Path,
        community_dir: Path,
        *,
        port: int,
        broker: str,
        radios: int,
        tell: Callable[[Told], None],
        parameters: Parameters | None = None,
    ) -> None:
        self.hub = HubPart(data_dir, port, broker, SETTINGS)
        self.radios = RadiosPart(data_dir)
        self.cameras = CamerasPart(data_dir)
        self.cameras_ready: CamerasReady | None = None
        self._cameras_off_line = 0
        self.accounts: dict[Role, DemoAccount] = {}
        self.http = httpx.AsyncClient()
        """The dispatcher's, once signed in."""
        self._machine = httpx.AsyncClient()
        self._community_dir = community_dir
        self._radio_count = radios
        self._tell = tell
        self._parameters = parameters or Parameters()
        self._stop_building = threading.Event()
        self._documents = asyncio.Event()
        self._building: asyncio.Task[None] | None = None
        self.began_s = time.monotonic()

    @property
    def url(self) -> str:
        """The console's address."""
        return self.hub.url

    async def start(self) -> None:
        """Bring hub and radios on line; the films are made meanwhile. Raises PartFailed, BuildError."""
        self._building = asyncio.create_task(self._build())
        self._tell(Told("启动中枢和消息服务器"))
        hub = asyncio.create_task(self.hub.start())
        documents = asyncio.create_task(self._documents.wait())
        await asyncio.wait({self._building, documents}, return_when=asyncio.FIRST_COMPLETED)
        documents.cancel()
        if self._building.done():
            self._building.result()
        await hub
        self._machine = self.hub.machine()
        self._tell(Told("登记社区、场所和对讲机"))
        await self._import(urls={})
        map_geojson = (self._community_dir / "map.geojson").read_bytes()
        (await self._machine.put("/api/map", content=map_geojson)).raise_for_status()
        await asyncio.gather(self._come_in(), self._radios_on_line())

    async def _come_in(self) -> None:
        """The people are written down, and the dispatcher signs in."""
        self.accounts = await make_accounts(self._machine, self.hub.browser, self._community())
        self.http = await self.sign_in(Role.DISPATCHER)

    async def _radios_on_line(self) -> None:
        await self.radios.start(self._machine, self._community_dir / "community.json", self._radio_count)
        await self.radios.wait_online(
            self._radio_count, lambda n: self._tell(Told(f"对讲机上线 {n}/{self._radio_count}", n / self._radio_count))
        )

    async def _build(self) -> None:
        loop = asyncio.get_running_loop()

        def rendering(progress: Progress) -> None:
            share = progress.frames_done / progress.frames_total
            loop.call_soon_threadsafe(self._documents.set)
            loop.call_soon_threadsafe(self._tell, Told(f"首次启动：渲染模拟摄像头画面 {share:.0%}", share))

        ready = is_ready(self._community_dir, self._parameters)
        if not ready:
            self._tell(Told("首次启动：生成模拟社区"))
        await asyncio.to_thread(build, self._community_dir, self._parameters, rendering, None, self._stop_building)
        self._documents.set()

    async def wait_films(self) -> None:
        """Return when the films are there; the first start renders them. Raises BuildError."""
        assert self._building is not None
        await self._building

    async def start_cameras(self, lead_s: float = 0.0, off_line: Collection[str] = ()) -> CamerasReady:
        """Serve the films and enrol the cameras, of which those ``off_line`` answer nobody; the scene begins ``lead_s``
        from now. Raises BuildError.
        """
        await self.wait_films()
        self._tell(Told("启动摄像头"))
        t0_wall_us = time.time_ns() // 1000 + round(lead_s * 1e6)
        self.cameras_ready = await self.cameras.start(self._community_dir, t0_wall_us, off_line)
        self._cameras_off_line = len(off_line)
        await self._import(self.cameras_ready.cameras)
        return self.cameras_ready

    async def sign_in(self, role: Role) -> httpx.AsyncClient:
        """A client in which this role's account is signed in. Raises httpx.HTTPError."""
        browser = self.hub.browser()
        await sign_in(browser, self.accounts[role])
        return browser

    def _community(self) -> CommunityFile:
        return msgspec.json.decode((self._community_dir / "community.json").read_bytes(), type=CommunityFile)

    async def _import(self, urls: dict[str, str]) -> None:
        found = self._community()
        cameras = tuple(
            msgspec.structs.replace(camera, url=urls[camera.camera_id])
            for camera in found.cameras
            if camera.camera_id in urls
        )
        body = msgspec.json.encode(msgspec.structs.replace(found, cameras=cameras))
        (await self._machine.post("/api/registry/community", content=body)).raise_for_status()

    async def picture(self) -> Picture:
        """What a console loads at first."""
        answer = await self.http.get("/api/state")
        return msgspec.json.decode(answer.raise_for_status().content, type=Picture)

    async def wait_cameras(self) -> None:
        """Return when every camera that answers is recorded and looked at. Raises TimeoutError."""
        assert self.cameras_ready is not None
        wanted = len(self.cameras_ready.cameras) - self._cameras_off_line
        async with asyncio.timeout(CAMERAS_WITHIN_S):
            while True:
                cameras = (await self.picture()).cameras
                online = sum(camera.looked_at and camera.recorded is True for camera in cameras)
                self._tell(Told(f"摄像头上线 {online}/{wanted}", online / wanted))
                if online >= wanted:
                    return
                await asyncio.sleep(ONLINE_SHOWN_EVERY_S)

    async def stop(self) -> None:
        """Take everything down, the hub last."""
        self._stop_building.set()
        if self._building is not None:
            await asyncio.gather(self._building, return_exceptions=True)
        await self.cameras.stop()
        await self.radios.stop()
        await self.hub.stop()
        await self.http.aclose()
        await self._machine.aclose()
