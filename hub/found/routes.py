"""The room's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import Entering
from hub.access.permissions import Right
from hub.console.http import answer, read
from hub.found.messages import CloseFound
from hub.found.service import FoundRoom
from hub.registry.places import venue_place


def routes(found: FoundRoom) -> APIRouter:
    """Say what it was that somebody called the child."""
    router = APIRouter(prefix="/api/found")

    @router.post("/{found_id}/close")
    async def close(found_id: str, request: Request, entrant: Entering) -> Response:
        order = await read(request, CloseFound)
        one = await found.find(found_id)
        entrant.require(Right.ISSUE_ALERT, (venue_place(one.venue_id),))
        return answer(await found.close(found_id, order, entrant.person.person_id))

    return router
