"""A community of as many venues and radios as a bench needs, and its hub with a dispatcher who has signed in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from devices.protocol.topics import DeviceKind
from hub.access.people import COMMUNITY, Role
from hub.enrolment.messages import MAX_CODES, Device, Invitation, NewCodes
from hub.registry.records import Community, CommunityFile, Grid, PoliceGrid, Radio, Venue, VenueKind
from simulators.demo.accounts import make_account, sign_in
from simulators.demo.parts import HubPart
from simulators.radios.enrolling import Enrolment, enrol_all

VENUES_OF_GRID = 50
_KINDS = tuple(VenueKind)
_REFRESH_EVERY_S = 300.0
VISION_OFF = {"QIANSHAO_VISION_WORKERS": "0"}


@dataclass(frozen=True)
class PoliceRoom:
    """A hub in a process of its own; ``machine`` may do what its own commands may, ``browser`` is the dispatcher's."""

    hub: HubPart
    folder: Path
    machine: httpx.AsyncClient
    browser: httpx.AsyncClient
    community: CommunityFile

    @property
    def community_file(self) -> Path:
        """What was imported."""
        return self.folder / "community.json"

    @property
    def store(self) -> Path:
        """Where each radio's credential is."""
        return self.folder / "radios"

    @property
    def pid(self) -> int:
        """The hub's process."""
        assert self.hub.process is not None
        return self.hub.process.pid


def make_community(radios: int, grids: int | None = None) -> CommunityFile:
    """One venue for each radio, spread over so many grids (VENUES_OF_GRID to each at most), the kinds in turn."""
    grids = grids or -(-radios // VENUES_OF_GRID)
    return CommunityFile(
        community=Community(name="测试社区", latitude=25.1, longitude=105.47, time_zone="Asia/Shanghai"),
        police_grids=(PoliceGrid(police_grid_id="P1", name="一警格"),),
        grids=tuple(Grid(grid_id=f"G{n:02}", name=f"第{n}网格", police_grid_id="P1") for n in range(grids)),
        venues=tuple(
            Venue(
                venue_id=f"V{n:04}",
                name=f"场所{n}",
                kind=_KINDS[n % len(_KINDS)],
                grid_id=f"G{n * grids // radios:02}",
                latitude=25.1,
                longitude=105.47 + n / 100_000,
            )
            for n in range(radios)
        ),
        radios=tuple(Radio(radio_id=f"R{n:04}", venue_id=f"V{n:04}", name=f"对讲机{n}") for n in range(radios)),
        cameras=(),
    )


@contextlib.asynccontextmanager
async def police_room(
    folder: Path, broker: str, radios: int | CommunityFile, settings: Mapping[str, str] | None = None
) -> AsyncIterator[PoliceRoom]:
    """A hub on loopback with this kind of broker, or at this address, while the block runs.

    It has a community with so many radios, or this one. ``settings`` are further ones by their names in the
    environment. Raises PartFailed, httpx.HTTPError.
    """
    community = make_community(radios) if isinstance(radios, int) else radios
    (folder / "community.json").write_bytes(msgspec.json.encode(community))
    hub = HubPart(folder / "hub", 0, broker, {**VISION_OFF, **(settings or {})})
    try:
        await hub.start()
        async with hub.machine() as machine, hub.browser() as browser:
            room = PoliceRoom(hub, folder, machine, browser, community)
            imported = await machine.post("/api/registry/community", content=room.community_file.read_bytes())
            imported.raise_for_status()
            await sign_in(browser, await make_account(machine, hub.browser, Role.DISPATCHER, (COMMUNITY,)))
            signed_in = asyncio.create_task(_stay_signed_in(browser))
            try:
                yield room
            finally:
                signed_in.cancel()
    finally:
        await hub.stop()


async def _stay_signed_in(browser: httpx.AsyncClient) -> None:
    """Until cancelled: a session ends 15 minutes after it was refreshed last."""
    while True:
        await asyncio.sleep(_REFRESH_EVERY_S)
        (await browser.post("/api/session/refresh")).raise_for_status()


async def enrol(room: PoliceRoom, radio_ids: list[str]) -> None:
    """Have these radios enrol themselves with codes of the hub. Raises EnrolError, httpx.HTTPError."""
    for start in range(0, len(radio_ids), MAX_CODES):
        some = radio_ids[start : start + MAX_CODES]
        new = NewCodes(devices=tuple(Device(kind=DeviceKind.RADIO, device_id=one) for one in some))
        made = await room.machine.post("/api/devices/codes", content=msgspec.json.encode(new))
        invitations = msgspec.json.decode(made.raise_for_status().content, type=list[Invitation])
        await enrol_all([Enrolment(one.device_id, one.join) for one in invitations], room.store)
