"""The calibration room's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.entrant import Entrant
from hub.access.gate import Entering
from hub.access.people import COMMUNITY
from hub.access.permissions import Right
from hub.calibration.messages import Clicks
from hub.calibration.service import Calibrating
from hub.console.http import answer, read
from hub.registry.places import venue_place


def routes(calibrating: Calibrating) -> APIRouter:
    """See what the camera sees, try clicks, keep them."""
    router = APIRouter(prefix="/api/cameras/{camera_id}")

    def require(entrant: Entrant, camera_id: str) -> None:
        venue_id = calibrating.camera(camera_id).venue_id
        entrant.require(Right.ENROL_CAMERAS, (COMMUNITY if venue_id is None else venue_place(venue_id),))

    @router.get("/still")
    async def still(camera_id: str, entrant: Entering) -> Response:
        require(entrant, camera_id)
        jpeg = await calibrating.look(camera_id, entrant.person)
        return Response(jpeg, media_type="image/jpeg", headers={"cache-control": "no-store"})

    @router.get("/calibration")
    async def present(camera_id: str, entrant: Entering) -> Response:
        require(entrant, camera_id)
        return answer(calibrating.present(camera_id))

    @router.post("/calibration/try")
    async def try_clicks(camera_id: str, request: Request, entrant: Entering) -> Response:
        require(entrant, camera_id)
        return answer(await calibrating.try_clicks(camera_id, await read(request, Clicks)))

    @router.put("/calibration")
    async def keep(camera_id: str, request: Request, entrant: Entering) -> Response:
        require(entrant, camera_id)
        return answer(await calibrating.keep(camera_id, await read(request, Clicks), entrant.person))

    return router
