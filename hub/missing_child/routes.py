"""The procedure's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import EnteringForAll
from hub.console.http import BODY_BYTES, answer, idempotency_key, read
from hub.errors import Refusal
from hub.missing_child.messages import (
    ChangeMissingChild,
    GoBeyond,
    JudgeEvidence,
    NewEvidence,
    NewMissingChild,
    SayFound,
    SetStep,
    StepName,
)
from hub.missing_child.reporting import Reporting
from hub.missing_child.service import MissingChildren


def routes(children: MissingChildren, reporting: Reporting) -> APIRouter:
    """The key, and everything that an officer decides afterwards."""
    router = APIRouter(prefix="/api/missing-children")

    @router.post("")
    async def start(request: Request, entrant: EnteringForAll) -> Response:
        new = await read(request, NewMissingChild, BODY_BYTES)
        return answer(await children.start(new, entrant.person, idempotency_key(request)), 201)

    @router.get("")
    async def opened(_entrant: EnteringForAll) -> Response:
        return answer(children.opened)

    @router.get("/{case_id}")
    async def find(case_id: str, _entrant: EnteringForAll) -> Response:
        return answer(await children.find(case_id))

    @router.patch("/{case_id}")
    async def learn(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await children.learn(case_id, await read(request, ChangeMissingChild), entrant.person))

    @router.post("/{case_id}/steps/{step}")
    async def set_step(case_id: str, step: str, request: Request, entrant: EnteringForAll) -> Response:
        order = await read(request, SetStep)
        if step not in set(StepName):
            raise Refusal("unknown_step", f"没有这一步：{step}", f"there is no step {step}", status=404)
        return answer(await children.set_step(case_id, StepName(step), order, entrant.person))

    @router.post("/{case_id}/evidence")
    async def add_evidence(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await children.add_evidence(case_id, await read(request, NewEvidence), entrant.person), 201)

    @router.put("/{case_id}/evidence/{evidence_id}")
    async def judge(case_id: str, evidence_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await children.judge(case_id, evidence_id, await read(request, JudgeEvidence), entrant.person))

    @router.post("/{case_id}/beyond")
    async def go_beyond(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await children.go_beyond(case_id, await read(request, GoBeyond), entrant.person))

    @router.get("/{case_id}/cap")
    async def as_cap(case_id: str, _entrant: EnteringForAll) -> Response:
        return Response(await reporting.cap(case_id), media_type="application/cap+xml")

    @router.post("/{case_id}/found")
    async def say_found(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        return answer(await children.say_found(case_id, await read(request, SayFound), entrant.person))

    @router.get("/{case_id}/report")
    async def report(case_id: str, request: Request, _entrant: EnteringForAll) -> Response:
        if request.query_params.get("form") == "text":
            return Response(await reporting.text(case_id), media_type="text/plain; charset=utf-8")
        return Response(await reporting.html(case_id), media_type="text/html; charset=utf-8")

    return router
