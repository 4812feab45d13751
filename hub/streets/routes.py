"""The streets' HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import Entering
from hub.console.http import answer, read_query
from hub.console.view import view_of
from hub.registry.service import Registry
from hub.streets.messages import NearQuery
from hub.streets.service import Streets


def routes(streets: Streets, registry: Registry) -> APIRouter:
    """Who is near."""
    router = APIRouter(prefix="/api")

    @router.get("/nearest")
    async def nearest(request: Request, entrant: Entering) -> Response:
        return answer(await streets.nearest(read_query(request, NearQuery), view_of(entrant, registry).has_venue))

    return router
