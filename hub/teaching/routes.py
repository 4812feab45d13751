"""The teaching room's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Response

from hub.access.gate import Entering, EnteringForAll
from hub.console.http import answer
from hub.teaching.messages import Learned
from hub.teaching.service import Teaching


def routes(teaching: Teaching) -> APIRouter:
    """See how it stands, learn now, go back to what was in use before."""
    router = APIRouter(prefix="/api/teaching")

    @router.get("")
    async def stand(_entrant: Entering) -> Response:
        return answer(teaching.state)

    @router.post("/learn")
    async def learn(entrant: EnteringForAll) -> Response:
        return answer(Learned(version=await teaching.learn(entrant.person.person_id), state=teaching.state))

    @router.post("/back")
    async def go_back(entrant: EnteringForAll) -> Response:
        return answer(await teaching.go_back(entrant.person.person_id))

    return router
