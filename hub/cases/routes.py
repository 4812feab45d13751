"""The cases room's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import Entering, EnteringForAll
from hub.access.people import COMMUNITY
from hub.access.permissions import Right, has
from hub.cases.flow import Flow
from hub.cases.messages import Act, CamerasNear, CloseCase, DescribeRequest, NearUntil, NewCase, Regrade
from hub.cases.service import Cases
from hub.console.http import LIST_BYTES, answer, idempotency_key, read, while_connected
from hub.sightings.messages import Query


def routes(cases: Cases, flow: Flow) -> APIRouter:
    """Open, move, search, watch, look, close: a case is the whole community's."""
    router = APIRouter(prefix="/api")

    @router.post("/cases")
    async def open_case(request: Request, entrant: EnteringForAll) -> Response:
        new, key = await read(request, NewCase), idempotency_key(request)
        return answer(await cases.open_case(new, entrant.person, key), 201)

    @router.post("/cases/{case_id}/close")
    async def close_case(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await cases.close_case(case_id, await read(request, CloseCase), entrant.person))

    @router.post("/cases/{case_id}/act")
    async def act(case_id: str, request: Request, entrant: Entering) -> Response:
        if has(entrant.person.role, Right.SEE_CASES):  # others act on what is theirs alone, which the machine sees to
            entrant.require_within((COMMUNITY,))
        return answer(await flow.act(case_id, await read(request, Act), entrant.person))

    @router.put("/cases/{case_id}/grade")
    async def regrade(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await flow.regrade(case_id, await read(request, Regrade), entrant.person))

    @router.post("/describe")
    async def describe(request: Request, _entrant: EnteringForAll) -> Response:
        return answer(await cases.questions.describe((await read(request, DescribeRequest)).text))

    @router.post("/cameras/near")
    async def cameras_near(request: Request, _entrant: EnteringForAll) -> Response:
        near = await read(request, NearUntil)
        return answer(CamerasNear(camera_ids=await cases.questions.cameras_near(near, near.until_at_ms)))

    @router.post("/cases/{case_id}/search")
    async def search(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        query = await read(request, Query, LIST_BYTES)
        return answer(await while_connected(request, cases.search(case_id, query, entrant.person)))

    @router.post("/cases/{case_id}/watches")
    async def start_watch(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await cases.start_watch(case_id, await read(request, Query, LIST_BYTES), entrant.person), 201)

    @router.delete("/cases/{case_id}/watches/{watch_id}")
    async def end_watch(case_id: str, watch_id: str, entrant: EnteringForAll) -> Response:
        return answer(await cases.end_watch(case_id, watch_id, entrant.person))

    @router.get("/cases/{case_id}/sightings/{sighting_id}")
    async def look(case_id: str, sighting_id: str, entrant: EnteringForAll) -> Response:
        return answer(await cases.look(case_id, sighting_id, entrant.person))

    @router.get("/cases/{case_id}/sightings/{sighting_id}/picture")
    async def picture(case_id: str, sighting_id: str, entrant: EnteringForAll) -> Response:
        jpeg = await cases.picture(case_id, sighting_id, entrant.person)
        return Response(jpeg, media_type="image/jpeg", headers={"cache-control": "private, max-age=300"})

    return router
