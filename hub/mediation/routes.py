"""The mediation room's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import EnteringForAll
from hub.console.http import answer, read
from hub.mediation.messages import BeginMediation, EndMediation, NewMediator, NewVisit, SetClass
from hub.mediation.service import MediationRoom


def routes(room: MediationRoom) -> APIRouter:
    """The list of mediators, and what is done about a dispute."""
    router = APIRouter(prefix="/api")

    @router.get("/mediators")
    async def mediators(_entrant: EnteringForAll) -> Response:
        return answer(await room.mediators())

    @router.post("/mediators")
    async def add(request: Request, entrant: EnteringForAll) -> Response:
        return answer(await room.put_mediator(None, await read(request, NewMediator), entrant.person), 201)

    @router.put("/mediators/{mediator_id}")
    async def put(mediator_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await room.put_mediator(mediator_id, await read(request, NewMediator), entrant.person))

    @router.delete("/mediators/{mediator_id}")
    async def remove(mediator_id: str, entrant: EnteringForAll) -> Response:
        await room.remove_mediator(mediator_id, entrant.person)
        return Response(status_code=204)

    @router.get("/cases/{case_id}/mediation")
    async def view(case_id: str, _entrant: EnteringForAll) -> Response:
        return answer(await room.view(case_id))

    @router.put("/cases/{case_id}/mediation/class")
    async def set_class(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await room.set_class(case_id, await read(request, SetClass), entrant.person))

    @router.post("/cases/{case_id}/mediation")
    async def begin(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await room.begin(case_id, await read(request, BeginMediation), entrant.person), 201)

    @router.post("/cases/{case_id}/mediation/result")
    async def end(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await room.end(case_id, await read(request, EndMediation), entrant.person))

    @router.post("/cases/{case_id}/visits")
    async def visit(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await room.visit(case_id, await read(request, NewVisit), entrant.person), 201)

    return router
