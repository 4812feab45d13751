"""The templates' HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import Entering, EnteringForAll
from hub.console.http import LIST_BYTES, answer, read
from hub.templates.messages import Templates
from hub.templates.service import TemplateRoom


def routes(templates: TemplateRoom) -> APIRouter:
    """Read all templates, and set them anew."""
    router = APIRouter(prefix="/api/alert-templates")

    @router.get("")
    async def find(_entrant: Entering) -> Response:
        return answer(await templates.all())

    @router.put("")
    async def put(request: Request, entrant: EnteringForAll) -> Response:
        return answer(await templates.set_all(await read(request, Templates, LIST_BYTES), entrant.person.person_id))

    return router
