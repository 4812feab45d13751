"""The registry's HTTP face: import files and the map."""

from __future__ import annotations

import asyncio
import hashlib

import msgspec
from fastapi import APIRouter, Request, Response

from hub.access import audit
from hub.access.gate import Entering, EnteringForAll
from hub.access.people import Person
from hub.console.http import IMPORT_BYTES, answer, read_bytes
from hub.console.view import view_of
from hub.errors import Refusal
from hub.registry.camera_routes import NamedCamera
from hub.registry.ground import ground_of
from hub.registry.importing import ImportReport, read_community, read_venues, unsaid_phones
from hub.registry.owner_routes import OwnersPut
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.vision.service import Vision


class MapPut(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on a map: SHA-256 (hex) and size of the file, which the log itself does not keep."""

    sha256: str
    size_bytes: int


def routes(registry: Registry, vision: Vision, database: Database) -> APIRouter:
    """Import venues or a whole community, read and set the map."""
    router = APIRouter(prefix="/api")

    @router.post("/registry/venues")
    async def import_venues(request: Request, entrant: EnteringForAll) -> Response:
        try:
            text = (await read_bytes(request, IMPORT_BYTES)).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refusal("not_utf8", "文件不是 UTF-8 编码", "the file is not UTF-8") from None
        rows = await asyncio.to_thread(read_venues, text, frozenset(registry.grids))
        report = await registry.import_venues(rows)
        await _note(database, entrant.person, audit.Action.IMPORT_VENUES, report)
        return answer(report)

    @router.post("/registry/community")
    async def import_community(request: Request, entrant: EnteringForAll) -> Response:
        text = await read_bytes(request, IMPORT_BYTES)
        found = await asyncio.to_thread(read_community, text)
        owners = registry.owners
        await registry.import_community(found, await asyncio.to_thread(unsaid_phones, text))
        if registry.owners != owners:
            agreed = OwnersPut(owners=registry.owners.owners)
            await _note(database, entrant.person, audit.Action.PUT_OWNERS, agreed)
        for camera in found.cameras:
            if not registry.is_enrolled(camera):
                detail = NamedCamera(camera_id=camera.camera_id)
                await vision.put_camera(camera, audit.noting(entrant.person.person_id, audit.Action.ADD_CAMERA, detail))
        report = ImportReport(imported=len(found.venues), errors=())
        await _note(database, entrant.person, audit.Action.IMPORT_VENUES, report)
        return answer(report)

    @router.put("/map")
    async def put_map(request: Request, entrant: EnteringForAll) -> Response:
        found = await read_bytes(request, IMPORT_BYTES)
        detail = MapPut(sha256=hashlib.sha256(found).hexdigest(), size_bytes=len(found))
        await registry.put_map(found, audit.noting(entrant.person.person_id, audit.Action.PUT_MAP, detail))
        return Response(status_code=204)

    @router.get("/map")
    async def get_map(entrant: Entering) -> Response:
        view, found = view_of(entrant, registry), registry.map_geojson
        if not view.whole:
            found = await asyncio.to_thread(ground_of, found, view.seen_grid_ids)
        return Response(found, media_type="application/geo+json")

    return router


async def _note(database: Database, person: Person, action: audit.Action, detail: msgspec.Struct) -> None:
    await database.write(audit.noting(person.person_id, action, detail))
