"""The roll-call's HTTP face."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from hub.access.entrant import Entrant, not_your_place
from hub.access.gate import Entering
from hub.access.permissions import Right
from hub.console.http import answer
from hub.console.view import view_of
from hub.registry.service import Registry
from hub.rollcall.messages import RollCall
from hub.rollcall.readiness import summary_of
from hub.rollcall.service import RollCalls
from hub.rollcall.spreadsheet import Language, csv_of


def routes(roll_calls: RollCalls, registry: Registry) -> APIRouter:
    """Begin one, look at one, at the latest, take one away as CSV."""
    router = APIRouter(prefix="/api/roll-calls")

    async def seen(roll_call_id: str, entrant: Entrant) -> RollCall:
        found = view_of(entrant, registry).roll_call(await roll_calls.find(roll_call_id))
        if found is None:
            raise not_your_place()
        return found

    @router.post("")
    async def begin(entrant: Entering) -> Response:
        entrant.require(Right.ISSUE_ALERT)
        return answer(await roll_calls.begin(entrant.person.person_id), 201)

    @router.get("")
    async def latest(entrant: Entering) -> Response:
        view = view_of(entrant, registry)
        if view.whole:
            return answer(await roll_calls.summaries())
        found = map(view.roll_call, await roll_calls.latest())
        return answer([summary_of(one) for one in found if one is not None])

    @router.get("/{roll_call_id}")
    async def find(roll_call_id: str, entrant: Entering) -> Response:
        return answer(await seen(roll_call_id, entrant))

    @router.get("/{roll_call_id}/csv")
    async def as_csv(roll_call_id: str, entrant: Entering, language: str = "zh") -> Response:
        found = await seen(roll_call_id, entrant)
        zone = ZoneInfo(registry.community.time_zone)
        named = {"Content-Disposition": f'attachment; filename="roll-call-{found.roll_call_id}.csv"'}
        chosen = Language.EN if language == "en" else Language.ZH
        return Response(csv_of(found, zone, chosen), media_type="text/csv", headers=named)

    return router
