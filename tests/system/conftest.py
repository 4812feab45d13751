"""What system tests share: the whole product in processes of its own, with 130 simulated radios."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
import pytest
import pytest_asyncio

from hub.access.people import Role
from hub.alerts.messages import Alert, NewAlert
from hub.registry.records import CommunityFile
from simulators.community.documents import community_document
from simulators.community.parameters import Parameters
from simulators.community.scene import make_scene
from simulators.demo.accounts import make_accounts, sign_in
from simulators.demo.parts import HubPart, RadiosPart
from tests.devices.room import BROKERS

RADIOS = 130


@dataclass
class PoliceRoom:
    """A hub process and its radios, without cameras."""

    hub: HubPart
    radios: RadiosPart
    http: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)
    """The dispatcher's, who is signed in."""

    async def alert_all(self) -> Alert:
        """Issue an alert to every venue; stored when this returns."""
        body = msgspec.json.encode(NewAlert(text="走失儿童：女孩，红色上衣"))
        answer = await self.http.post(f"{self.hub.url}/api/alerts", content=body)
        return msgspec.json.decode(answer.raise_for_status().content, type=Alert)

    async def alert(self, alert_id: str) -> Alert:
        """The alert as the hub now has it."""
        answer = await self.http.get(f"{self.hub.url}/api/alerts/{alert_id}")
        return msgspec.json.decode(answer.raise_for_status().content, type=Alert)

    def children(self, name: str) -> list[int]:
        """Process ids of the hub's children whose command holds ``name``."""
        assert self.hub.process is not None
        pid = self.hub.process.pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in found if name in Path(f"/proc/{child}/cmdline").read_text()]


@pytest.fixture(scope="session")
def community_json(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Qifeng community's import file, without films."""
    file = tmp_path_factory.mktemp("community") / "community.json"
    file.write_bytes(msgspec.json.encode(community_document(make_scene(Parameters()))))
    return file


@pytest_asyncio.fixture(params=BROKERS, scope="module", loop_scope="module")
async def police_room(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, community_json: Path
) -> AsyncIterator[PoliceRoom]:
    """One on each broker for all tests of a module, which leave hub, broker and radios up."""
    folder = tmp_path_factory.mktemp("police_room")
    environment = pytest.MonkeyPatch()
    environment.setenv("QIANSHAO_VISION_WORKERS", "0")
    room = PoliceRoom(HubPart(folder, 0, request.param), RadiosPart(folder))
    try:
        await room.hub.start()
        async with room.hub.machine() as machine:
            content = community_json.read_bytes()
            (await machine.post("/api/registry/community", content=content)).raise_for_status()
            community = msgspec.json.decode(content, type=CommunityFile)
            accounts = await make_accounts(machine, room.hub.browser, community)
            room.http = room.hub.browser()
            await sign_in(room.http, accounts[Role.DISPATCHER])
            await room.radios.start(machine, community_json, RADIOS)
        await room.radios.wait_online(RADIOS, lambda _online: None)
        yield room
    finally:
        await room.radios.stop()
        await room.hub.stop()
        await room.http.aclose()
        environment.undo()
