"""The HTTP face of paths, behind the cases' gate."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import EnteringForAll
from hub.console.http import LIST_BYTES, answer, read, while_connected
from hub.sightings.path.messages import NewMark, PathQuery, ReachQuery
from hub.sightings.path.service import Paths


def routes(paths: Paths) -> APIRouter:
    """The path of a query, and what an officer says of its steps."""
    router = APIRouter(prefix="/api/cases/{case_id}/path")

    @router.post("")
    async def find(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        asked = await read(request, PathQuery, LIST_BYTES)
        return answer(await while_connected(request, paths.find(case_id, asked, entrant.person)))

    @router.put("/{sighting_id}")
    async def mark(case_id: str, sighting_id: str, request: Request, entrant: EnteringForAll) -> Response:
        said = await read(request, NewMark)
        return answer(await paths.mark(case_id, sighting_id, said.verdict, entrant.person))

    @router.delete("/{sighting_id}")
    async def take_back(case_id: str, sighting_id: str, entrant: EnteringForAll) -> Response:
        return answer(await paths.mark(case_id, sighting_id, None, entrant.person))

    @router.post("/{sighting_id}/reach")
    async def reach(case_id: str, sighting_id: str, request: Request, entrant: EnteringForAll) -> Response:
        asked = await read(request, ReachQuery, LIST_BYTES)
        return answer(await paths.reach(case_id, sighting_id, asked, entrant.person))

    return router
