"""The casebook's HTTP face."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response

from hub.access.entrant import Entrant
from hub.access.gate import Entering, EnteringForAll
from hub.access.people import Person
from hub.access.permissions import Right
from hub.casebook.messages import MOST_HANDED, HandOver, NewNote, NewRecording, Owner, TimelineQuery
from hub.casebook.service import Casebook
from hub.cases.machine import OWNING
from hub.console.http import answer, read, read_query
from hub.errors import Refusal


class SummaryQuery(msgspec.Struct, frozen=True):
    """``GET /api/handover``: of which cases, by commas."""

    case_ids: Annotated[str, msgspec.Meta(min_length=1, max_length=49 * MOST_HANDED)]


def routes(casebook: Casebook, enabled: Callable[[], Iterable[Person]]) -> APIRouter:
    """Read, note, hand over. ``enabled``: who may sign in."""
    router = APIRouter(prefix="/api")

    @router.get("/cases/mine")
    async def mine(entrant: Entering) -> Response:
        return answer(await casebook.mine(entrant.person))

    @router.get("/cases/owners")
    async def owners(_entrant: EnteringForAll) -> Response:
        found = [
            Owner(person_id=one.person_id, name=one.name, role=one.role) for one in enabled() if one.role in OWNING
        ]
        return answer(sorted(found, key=lambda one: (one.role, one.name)))

    @router.get("/cases/{case_id}/timeline")
    async def timeline(case_id: str, request: Request, _entrant: EnteringForAll) -> Response:
        return answer(await casebook.timeline(case_id, read_query(request, TimelineQuery)))

    @router.post("/cases/{case_id}/notes")
    async def note(case_id: str, request: Request, entrant: Entering) -> Response:
        new = await read(request, NewNote)
        await _must_be_theirs(casebook, case_id, entrant)
        return answer(await casebook.note(case_id, new, entrant.person), 201)

    @router.post("/cases/{case_id}/recordings")
    async def add_recording(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        new = await read(request, NewRecording)
        return answer(await casebook.add_recording(case_id, new, entrant.person), 201)

    @router.get("/handover")
    async def summaries(request: Request, _entrant: EnteringForAll) -> Response:
        asked = read_query(request, SummaryQuery).case_ids.split(",")
        return answer(await casebook.summaries(tuple(asked[:MOST_HANDED])))

    @router.post("/handover")
    async def hand_over(request: Request, entrant: EnteringForAll) -> Response:
        return answer(await casebook.hand_over(await read(request, HandOver), entrant.person))

    return router


async def _must_be_theirs(casebook: Casebook, case_id: str, entrant: Entrant) -> None:
    """The police room of the whole community notes in every case; others in those that they own. Raises Refusal."""
    if entrant.may(Right.SEE_CASES):
        return
    if all(one.case_id != case_id for one in await casebook.mine(entrant.person)):
        raise Refusal("not_yours", "这不是派给您的案件", "this case is not yours", status=403)
