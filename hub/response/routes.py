"""The response room's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import Entering, EnteringForAll
from hub.console.http import LIST_BYTES, answer, idempotency_key, read, read_query
from hub.response.limits import AskKind
from hub.response.messages import CloseAsk, MakeCase, NewAnswer, NewOrder, NewReport
from hub.response.service import Responses
from hub.response.views import Wanted


def routes(responses: Responses) -> APIRouter:
    """Report, whistle, direct, answer, close, look."""
    router = APIRouter(prefix="/api")

    @router.post("/reports")
    async def report(request: Request, entrant: Entering) -> Response:
        new, key = await read(request, NewReport), idempotency_key(request)
        return answer(await responses.report(new, entrant, key), 201)

    @router.post("/whistles")
    async def whistle(request: Request, entrant: Entering) -> Response:
        new, key = await read(request, NewOrder, LIST_BYTES), idempotency_key(request)
        return answer(await responses.order(AskKind.WHISTLE, new, entrant, key), 201)

    @router.post("/directives")
    async def direct(request: Request, entrant: Entering) -> Response:
        new, key = await read(request, NewOrder, LIST_BYTES), idempotency_key(request)
        return answer(await responses.order(AskKind.DIRECTIVE, new, entrant, key), 201)

    @router.get("/asks")
    async def page(request: Request, entrant: Entering) -> Response:
        return answer(await responses.page(read_query(request, Wanted), entrant))

    @router.get("/asks/answerers")
    async def answerers(entrant: Entering) -> Response:
        return answer(await responses.answerers(entrant))

    @router.get("/asks/{ask_id}")
    async def find(ask_id: str, entrant: Entering) -> Response:
        return answer(await responses.find(ask_id, entrant))

    @router.get("/asks/{ask_id}/sum")
    async def sum_of(ask_id: str, entrant: Entering) -> Response:
        return answer(await responses.sum(ask_id, entrant))

    @router.post("/asks/{ask_id}/answers")
    async def answer_one(ask_id: str, request: Request, entrant: Entering) -> Response:
        return answer(await responses.answer(ask_id, await read(request, NewAnswer), entrant))

    @router.post("/asks/{ask_id}/case")
    async def tie(ask_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await responses.tie(ask_id, await read(request, MakeCase), entrant))

    @router.post("/asks/{ask_id}/close")
    async def close(ask_id: str, request: Request, entrant: Entering) -> Response:
        return answer(await responses.close(ask_id, await read(request, CloseAsk), entrant))

    return router
