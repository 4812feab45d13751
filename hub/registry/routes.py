"""The registry's HTTP face: import files and cameras."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response

from hub.access import audit
from hub.access.gate import Entering, EnteringForAll
from hub.access.people import COMMUNITY, Person, Place
from hub.access.permissions import Right
from hub.console.http import IMPORT_BYTES, answer, read, read_bytes
from hub.console.view import view_of
from hub.errors import Refusal
from hub.registry.ground import ground_of
from hub.registry.importing import ImportReport, read_community, read_venues, unsaid_phones
from hub.registry.places import venue_place
from hub.registry.records import AtMs, Camera, Latitude, Longitude, Title, Url
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.identifiers import new_id
from hub.storage.writer import Change
from hub.vision.service import CameraView, Vision


class NewCamera(msgspec.Struct, frozen=True, kw_only=True):
    """The request to add a camera or a recording."""

    name: Title
    url: Annotated[str, msgspec.Meta(max_length=2000)]
    venue_id: str | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    recording: bool = False
    started_at_ms: AtMs | None = None


class MapPut(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on a map: SHA-256 (hex) and size of the file, which the log itself does not keep."""

    sha256: str
    size_bytes: int


class NamedCamera(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on a camera."""

    camera_id: str


def routes(registry: Registry, vision: Vision, database: Database) -> APIRouter:
    """Import venues or a whole community, add and remove cameras."""
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
        await registry.import_community(found, await asyncio.to_thread(unsaid_phones, text))
        for camera in found.cameras:
            if not registry.is_enrolled(camera):
                detail = NamedCamera(camera_id=camera.camera_id)
                await vision.put_camera(camera, _noting(entrant.person, audit.Action.ADD_CAMERA, detail))
        report = ImportReport(imported=len(found.venues), errors=())
        await _note(database, entrant.person, audit.Action.IMPORT_VENUES, report)
        return answer(report)

    @router.put("/map")
    async def put_map(request: Request, entrant: EnteringForAll) -> Response:
        found = await read_bytes(request, IMPORT_BYTES)
        detail = MapPut(sha256=hashlib.sha256(found).hexdigest(), size_bytes=len(found))
        await registry.put_map(found, _noting(entrant.person, audit.Action.PUT_MAP, detail))
        return Response(status_code=204)

    @router.get("/map")
    async def get_map(entrant: Entering) -> Response:
        view, found = view_of(entrant, registry), registry.map_geojson
        if not view.whole:
            found = await asyncio.to_thread(ground_of, found, view.seen_grid_ids)
        return Response(found, media_type="application/geo+json")

    @router.post("/cameras")
    async def add_camera(request: Request, entrant: Entering) -> Response:
        new = await read(request, NewCamera)
        entrant.require(Right.ENROL_CAMERAS, (_place(new.venue_id),))
        camera = Camera(
            camera_id=new_id("C", 6),
            name=new.name,
            url=_url(new.url),
            venue_id=new.venue_id,
            latitude=new.latitude,
            longitude=new.longitude,
            recording=new.recording,
            started_at_us=None if new.started_at_ms is None else new.started_at_ms * 1000,
        )
        detail = NamedCamera(camera_id=camera.camera_id)
        view: CameraView = await vision.put_camera(camera, _noting(entrant.person, audit.Action.ADD_CAMERA, detail))
        return answer(view, 201)

    @router.delete("/cameras/{camera_id}")
    async def remove_camera(camera_id: str, entrant: Entering) -> Response:
        camera = registry.cameras.get(camera_id)
        entrant.require(Right.ENROL_CAMERAS, (_place(camera.venue_id if camera else None),))
        detail = NamedCamera(camera_id=camera_id)
        await vision.remove_camera(camera_id, _noting(entrant.person, audit.Action.REMOVE_CAMERA, detail))
        return Response(status_code=204)

    return router


def _url(text: str) -> str:
    """The address, if it can be one. Raises Refusal."""
    try:
        return msgspec.convert(text, Url)
    except msgspec.ValidationError:
        words = ("地址须为 rtsp://、http:// 或文件的完整路径", "use rtsp://, http:// or the full path of a file")
        raise Refusal("bad_url", *words, field="url") from None


def _place(venue_id: str | None) -> Place:
    """Whose a camera is: of none of the venues, the whole community's."""
    return COMMUNITY if venue_id is None else venue_place(venue_id)


def _noting(person: Person, action: audit.Action, detail: msgspec.Struct) -> Callable[[Change], None]:
    return lambda change: audit.record(change, person.person_id, action, detail=detail)


async def _note(database: Database, person: Person, action: audit.Action, detail: msgspec.Struct) -> None:
    await database.write(_noting(person, action, detail))
