"""The talk room's HTTP face: temporary talk groups, and the word that closes an SOS."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.gate import Entering
from hub.access.permissions import Right
from hub.alerts.service import Alerts
from hub.console.http import answer, read
from hub.console.view import view_of
from hub.errors import Refusal
from hub.registry.places import venue_place
from hub.registry.service import Registry
from hub.talk.emergencies import Emergencies
from hub.talk.groups import NewGroup, TemporaryGroups
from hub.talk.sos_records import CloseSos


def routes(groups: TemporaryGroups, emergencies: Emergencies, alerts: Alerts, registry: Registry) -> APIRouter:
    """Open a group, see which are open, close one; close an SOS."""
    router = APIRouter(prefix="/api/talk")

    @router.post("/groups")
    async def open_group(request: Request, entrant: Entering) -> Response:
        new = await read(request, NewGroup)
        alert = await alerts.find(new.alert_id) if new.alert_id is not None else None
        radio_ids = groups.members(new, tuple(one.radio_id for one in alert.deliveries) if alert else ())
        entrant.require(Right.CALL, groups.places_of(radio_ids))
        return answer(await groups.open_group(new, radio_ids, entrant.person.person_id), 201)

    @router.get("/groups")
    async def opened(entrant: Entering) -> Response:
        view = view_of(entrant, registry)
        return answer([group for group in map(view.group, groups.opened) if group is not None])

    @router.delete("/groups/{group_id}")
    async def close_group(group_id: str, entrant: Entering) -> Response:
        group = groups.find(group_id)
        if group is None:
            raise Refusal("unknown_group", f"没有临时组 {group_id}", f"there is no group {group_id}", status=404)
        entrant.require(Right.CALL, groups.places_of(group.radio_ids))
        await groups.close_group(group_id, entrant.person.person_id)
        return Response(status_code=204)

    @router.post("/sos/{sos_id}/close")
    async def close_sos(sos_id: str, request: Request, entrant: Entering) -> Response:
        order = await read(request, CloseSos)
        entrant.require(Right.CALL, (venue_place(emergencies.find(sos_id).venue_id),))
        return answer(await emergencies.close(sos_id, order, entrant.person.person_id))

    return router
