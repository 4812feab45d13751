"""The HTTP face of holds."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import EnteringForAll
from hub.console.http import LIST_BYTES, answer, read
from hub.footage.holds.messages import NewHold
from hub.footage.holds.service import Holds


def routes(holds: Holds) -> APIRouter:
    """Hold footage for a case, see what is held, let it go."""
    router = APIRouter(prefix="/api/cases/{case_id}/holds")

    @router.post("")
    async def hold(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await holds.hold(case_id, await read(request, NewHold, LIST_BYTES), entrant.person), 201)

    @router.get("")
    async def find(case_id: str, _entrant: EnteringForAll) -> Response:
        return answer(await holds.holds_of(case_id))

    @router.delete("/{hold_id}")
    async def release(case_id: str, hold_id: str, entrant: EnteringForAll) -> Response:
        return answer(await holds.release(case_id, hold_id, entrant.person))

    return router
