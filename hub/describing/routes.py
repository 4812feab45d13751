"""The HTTP face of photos, behind the cases' gate."""

from __future__ import annotations

import math

from fastapi import APIRouter, Request, Response

from hub.access.gate import EnteringForAll
from hub.console.http import answer, read_bytes
from hub.describing.messages import Area
from hub.describing.photo import MOST_BYTES
from hub.describing.service import Photos
from hub.errors import Refusal


def routes(photos: Photos) -> APIRouter:
    """Look at a photo; the body is the photo, the box is in the address."""
    router = APIRouter(prefix="/api/cases/{case_id}/photo")

    @router.post("")
    async def look(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        area = _area(request)
        return answer(await photos.look(case_id, await read_bytes(request, MOST_BYTES), area, entrant.person))

    return router


def _area(request: Request) -> Area | None:
    """The box in the address: all four sides or none. Raises Refusal."""
    given = {name: request.query_params.get(name) for name in ("left", "top", "right", "bottom")}
    if not any(given.values()):
        return None
    sides = {}
    for name, said in given.items():
        try:
            sides[name] = float(said or "")
        except ValueError:
            sides[name] = math.nan
        if not 0 <= sides[name] <= 1:
            raise Refusal("no_box", f"{name} 应在 0 到 1 之间", f"{name} is a share of the photo, 0 to 1", field=name)
    return Area(**sides)
