"""The patrol tours' HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import Entering, EnteringForAll
from hub.console.http import LIST_BYTES, answer, read
from hub.tours.messages import Tours
from hub.tours.service import TourRoom


def routes(tours: TourRoom) -> APIRouter:
    """Read all tours, and set them anew."""
    router = APIRouter(prefix="/api/tours")

    @router.get("")
    async def find(_entrant: Entering) -> Response:
        return answer(await tours.all())

    @router.put("")
    async def put(request: Request, entrant: EnteringForAll) -> Response:
        return answer(await tours.set_all(await read(request, Tours, LIST_BYTES), entrant.person.person_id))

    return router
