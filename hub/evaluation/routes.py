"""The evaluation's HTTP face."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from hub.access.gate import EnteringForAll
from hub.console.http import answer, read_query
from hub.evaluation.messages import Evaluation, Taken, Wanted
from hub.evaluation.service import Evaluations
from hub.evaluation.spreadsheet import csv_of
from hub.rollcall.spreadsheet import Language


def routes(evaluations: Evaluations) -> APIRouter:
    """Look at a period, take it away as CSV or PDF, which is audited."""
    router = APIRouter(prefix="/api")

    @router.get("/evaluation")
    async def look(request: Request, entrant: EnteringForAll) -> Response:
        return answer(await evaluations.evaluate(read_query(request, Wanted)))

    @router.get("/evaluation.csv")
    async def as_csv(request: Request, entrant: EnteringForAll) -> Response:
        found, wanted = await taken(request)
        made = csv_of(found, Language[wanted.language.upper()])
        await evaluations.note_export(wanted, entrant.person.person_id)
        return _file(made, found, "text/csv", "csv")

    @router.get("/evaluation.pdf")
    async def as_pdf(request: Request, entrant: EnteringForAll) -> Response:
        found, wanted = await taken(request)
        made = await asyncio.to_thread(_paper, found, evaluations.community, Language[wanted.language.upper()])
        await evaluations.note_export(wanted, entrant.person.person_id)
        return _file(made, found, "application/pdf", "pdf")

    async def taken(request: Request) -> tuple[Evaluation, Taken]:
        wanted = read_query(request, Taken)
        return await evaluations.evaluate(wanted), wanted

    return router


def _file(made: bytes, found: Evaluation, media_type: str, ending: str) -> Response:
    name = f"evaluation-{found.unit.value}-{found.first_day}-{found.last_day}.{ending}"
    return Response(made, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _paper(found: Evaluation, community: str, language: Language) -> bytes:
    from hub.evaluation.paper import paper_of  # loads fonts' and pictures' libraries, which few hubs' days need

    return paper_of(found, community, language)
