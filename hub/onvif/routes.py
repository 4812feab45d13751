"""The ONVIF room's HTTP face: looking for cameras, and at one of them before it is enrolled."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from fastapi import APIRouter, Request, Response

from hub.access import audit
from hub.access.gate import EnteringForAll
from hub.console.http import answer, read
from hub.errors import Refusal
from hub.footage import errors
from hub.onvif.envelopes import Login
from hub.onvif.messages import Enrolled, Look, Search, Searched, SearchResult
from hub.onvif.records import Device, FoundDevice, read_address
from hub.onvif.service import Onvif
from hub.storage.database import Database


def routes(onvif: Onvif, database: Database, camera_ids_at: Callable[[str], tuple[str, ...]]) -> APIRouter:
    """Search and look; ``camera_ids_at`` knows the cameras whose streams come from a host."""
    router = APIRouter(prefix="/api/cameras")

    async def note(person_id: str, interface: str | None, addresses: tuple[str, ...]) -> None:
        detail = Searched(interface=interface, addresses=addresses)
        await database.write(audit.noting(person_id, audit.Action.DISCOVER_CAMERAS, detail))

    @router.post("/discover")
    async def discover(request: Request, entrant: EnteringForAll) -> Response:
        search = await read(request, Search)
        await note(entrant.person.person_id, search.interface, search.addresses)
        found = await onvif.discover(search.interface, search.addresses)
        devices = (Enrolled(**msgspec.structs.asdict(one), camera_ids=_at(one, camera_ids_at)) for one in found.devices)
        return answer(SearchResult(devices=tuple(devices), not_understood=found.not_understood))

    @router.post("/look")
    async def look(request: Request, entrant: EnteringForAll) -> Response:
        wanted = await read(request, Look)
        address = read_address(wanted.url)
        if address is None:
            words = ("地址须为 onvif://主机[:端口]，不含密码", "use onvif://host[:port], without a password")
            raise Refusal("bad_url", *words, field="url")
        await note(entrant.person.person_id, None, (str(address),))
        return answer(_told(await onvif.ask(address, Login(wanted.user, wanted.password))))

    return router


def _told(device: Device) -> Device:
    """As it is answered: its streams' addresses as people may see them, since some have the password in the path."""
    main, sub = (
        stream and msgspec.structs.replace(stream, url=errors.shown(stream.url)) for stream in (device.main, device.sub)
    )
    return msgspec.structs.replace(device, main=main, sub=sub)


def _at(device: FoundDevice, camera_ids_at: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    address = read_address(device.address)
    return camera_ids_at(address.host) if address else ()
