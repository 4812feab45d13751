"""The registry's HTTP face: import files and cameras."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response

from hub.access import audit
from hub.access.people import ON_DUTY
from hub.console.http import answer, read, read_bytes
from hub.errors import Refusal
from hub.registry.importing import ImportReport, read_community, read_venues
from hub.registry.records import AtMs, Camera, Latitude, Longitude, Title, Url
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.identifiers import new_id
from hub.storage.writer import Change
from hub.vision.service import CameraRemoved, CameraView, Vision


class NewCamera(msgspec.Struct, frozen=True, kw_only=True):
    """The request to add a camera or a recording."""

    name: Title
    url: Annotated[str, msgspec.Meta(max_length=2000)]
    venue_id: str | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    recording: bool = False
    started_at_ms: AtMs | None = None


def routes(registry: Registry, vision: Vision, database: Database) -> APIRouter:
    """Import venues or a whole community, add and remove cameras."""
    router = APIRouter(prefix="/api")

    @router.post("/registry/venues")
    async def import_venues(request: Request) -> Response:
        try:
            text = (await read_bytes(request)).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refusal("not_utf8", "文件不是 UTF-8 编码", "the file is not UTF-8") from None
        rows = await asyncio.to_thread(read_venues, text, frozenset(registry.grids))
        report = await registry.import_venues(rows)
        await _note(database, audit.Action.IMPORT_VENUES, report)
        return answer(report)

    @router.post("/registry/community")
    async def import_community(request: Request) -> Response:
        found = await asyncio.to_thread(read_community, await read_bytes(request))
        await registry.import_community(found)
        for camera in found.cameras:
            if not registry.is_enrolled(camera):
                detail = CameraRemoved(camera_id=camera.camera_id)
                await vision.put_camera(camera, _noting(audit.Action.ADD_CAMERA, detail))
        report = ImportReport(imported=len(found.venues), errors=())
        await _note(database, audit.Action.IMPORT_VENUES, report)
        return answer(report)

    @router.put("/map")
    async def put_map(request: Request) -> Response:
        await registry.put_map(await read_bytes(request))
        return Response(status_code=204)

    @router.get("/map")
    async def get_map() -> Response:
        return Response(registry.map_geojson, media_type="application/geo+json")

    @router.post("/cameras")
    async def add_camera(request: Request) -> Response:
        new = await read(request, NewCamera)
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
        detail = CameraRemoved(camera_id=camera.camera_id)
        view: CameraView = await vision.put_camera(camera, _noting(audit.Action.ADD_CAMERA, detail))
        return answer(view, 201)

    @router.delete("/cameras/{camera_id}")
    async def remove_camera(camera_id: str) -> Response:
        detail = CameraRemoved(camera_id=camera_id)
        await vision.remove_camera(camera_id, _noting(audit.Action.REMOVE_CAMERA, detail))
        return Response(status_code=204)

    return router


def _url(text: str) -> str:
    """The address, if it can be one. Raises Refusal."""
    try:
        return msgspec.convert(text, Url)
    except msgspec.ValidationError:
        words = ("地址须为 rtsp://、http:// 或文件的完整路径", "use rtsp://, http:// or the full path of a file")
        raise Refusal("bad_url", *words, field="url") from None


def _noting(action: audit.Action, detail: msgspec.Struct) -> Callable[[Change], None]:
    return lambda change: audit.record(change, ON_DUTY.person_id, action, detail=detail)


async def _note(database: Database, action: audit.Action, detail: msgspec.Struct) -> None:
    def change(open_change: Change) -> None:
        audit.record(open_change, ON_DUTY.person_id, action, detail=detail)

    await database.write(change)
