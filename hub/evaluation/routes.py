"""The evaluation's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import EnteringForAll
from hub.console.http import answer, read_query
from hub.evaluation.messages import Taken, Wanted
from hub.evaluation.service import Evaluations
from hub.evaluation.spreadsheet import csv_of
from hub.rollcall.spreadsheet import Language


def routes(evaluations: Evaluations) -> APIRouter:
    """Look at a period, take it away as CSV, which is audited."""
    router = APIRouter(prefix="/api")

    @router.get("/evaluation")
    async def look(request: Request, entrant: EnteringForAll) -> Response:
        return answer(await evaluations.evaluate(read_query(request, Wanted)))

    @router.get("/evaluation.csv")
    async def as_csv(request: Request, entrant: EnteringForAll) -> Response:
        wanted = read_query(request, Taken)
        found = await evaluations.evaluate(wanted)
        await evaluations.note_export(wanted, entrant.person.person_id)
        name = f"evaluation-{found.unit.value}-{found.first_day}-{found.last_day}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(csv_of(found, Language[wanted.language.upper()]), media_type="text/csv", headers=headers)

    return router
