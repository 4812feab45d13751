"""The exports' HTTP face: asked for, listed, fetched by byte ranges, deleted; the key that files are checked with."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from hub.access.gate import EnteringForAll
from hub.access.signing import pem_of
from hub.console.http import LIST_BYTES, answer, read
from hub.console.ranges import answer_file
from hub.errors import Refusal
from hub.footage.exports.messages import Export, ExportRequest
from hub.footage.exports.service import Exports
from hub.registry.service import Registry
from hub.storage.files import safe


def routes(exports: Exports, registry: Registry) -> APIRouter:
    """A case is the whole community's, and so are its exports."""
    router = APIRouter(prefix="/api")

    @router.post("/cases/{case_id}/exports")
    async def ask(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        wanted = await read(request, ExportRequest, LIST_BYTES)
        return answer(await exports.ask(case_id, wanted, entrant.person), 202)

    @router.get("/cases/{case_id}/exports")
    async def show(case_id: str, _entrant: EnteringForAll) -> Response:
        return answer(await exports.of_case(case_id))

    @router.get("/cases/{case_id}/exports/{export_id}/file")
    async def fetch(case_id: str, export_id: str, request: Request, entrant: EnteringForAll) -> Response:
        found = await exports.file(case_id, export_id, entrant.person)
        headers = {
            "content-disposition": _attachment(found.export, registry.community.time_zone),
            "cache-control": "private, no-store",
        }
        try:
            return await answer_file(found.path, found.bytes, request.headers.get("range"), "video/mp4", headers)
        except FileNotFoundError:
            raise Refusal("file_missing", "导出的文件不见了", "the exported file is missing", status=404) from None

    @router.delete("/cases/{case_id}/exports/{export_id}")
    async def delete(case_id: str, export_id: str, entrant: EnteringForAll) -> Response:
        return answer(await exports.delete(case_id, export_id, entrant.person))

    @router.get("/footage/key")
    async def key() -> Response:
        return Response(pem_of(exports.public_key), media_type="application/x-pem-file")

    return router


def _attachment(export: Export, zone: str) -> str:
    """The file's name (RFC 6266): camera, when it begins by the community's clock, export."""
    at = datetime.fromtimestamp(export.from_ms / 1000, ZoneInfo(zone))
    rest = f"{at:%Y-%m-%d_%H%M%S}_{export.export_id}.mp4"
    plain, full = f"{safe(export.camera_id)}_{rest}", f"{safe(export.camera_name)}_{rest}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(full)}"
