"""The escalation's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.entrant import not_your_place
from hub.access.gate import Entering, EnteringForAll
from hub.access.people import COMMUNITY
from hub.access.permissions import Right
from hub.alerts.service import Alerts
from hub.console.http import LIST_BYTES, answer, read
from hub.console.view import view_of
from hub.escalation.messages import StopNow
from hub.escalation.policy import Rules
from hub.escalation.service import Escalations
from hub.registry.places import venue_place
from hub.registry.service import Registry


def routes(escalations: Escalations, alerts: Alerts, registry: Registry) -> APIRouter:
    """Look at an alert's escalation, stop it, set the policy."""
    router = APIRouter(prefix="/api")

    @router.get("/alerts/{alert_id}/escalation")
    async def find(alert_id: str, entrant: Entering) -> Response:
        view = view_of(entrant, registry)
        seen = view.alert(await alerts.find(alert_id))
        if seen is None:
            raise not_your_place()
        return answer(view.escalation(await escalations.view(seen)))

    @router.post("/alerts/{alert_id}/stop")
    async def stop(alert_id: str, request: Request, entrant: Entering) -> Response:
        asked = await read(request, StopNow, LIST_BYTES)
        alert = await alerts.find(alert_id)
        meant = [one for one in alert.deliveries if asked.radio_ids is None or one.radio_id in asked.radio_ids]
        entrant.require(Right.ISSUE_ALERT, {venue_place(one.venue_id) for one in meant} or (COMMUNITY,))
        await escalations.stop(alert_id, [one.radio_id for one in meant], entrant.person.person_id)
        return Response(status_code=204)

    @router.get("/escalation/policies")
    async def policies(_entrant: EnteringForAll) -> Response:
        return answer(await escalations.policies())

    @router.put("/escalation/policy")
    async def set_policy(request: Request, entrant: EnteringForAll) -> Response:
        return answer(await escalations.set_policy(await read(request, Rules), entrant.person.person_id))

    return router
