"""The alerts room's HTTP face for other systems: alerts as CAP messages, taken and given."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from devices.protocol.clock import Clock
from hub.access.entrant import Entrant, not_your_place
from hub.access.gate import Entering
from hub.access.permissions import Right
from hub.alerts.cap import SENDER, Incoming, cap_key, read_cap, write_cap
from hub.alerts.cap_media import resources_of, with_media
from hub.alerts.issuing import as_update
from hub.alerts.messages import CancelAlert
from hub.alerts.routes import require_all_of
from hub.alerts.service import Alerts
from hub.console.http import IMPORT_BYTES, answer, read_bytes
from hub.console.view import view_of
from hub.media.service import MediaRoom
from hub.registry.service import Registry


def routes(alerts: Alerts, registry: Registry, clock: Clock, media: MediaRoom) -> APIRouter:
    """Issue, update or end an alert by a CAP message, read one as such."""
    router = APIRouter(prefix="/api/alerts")

    @router.post("/cap")
    async def take_cap(request: Request, entrant: Entering) -> Response:
        document = await read_bytes(request, IMPORT_BYTES)
        venues = registry.venues.values()
        found = await asyncio.to_thread(read_cap, document, venues, clock.wall_us() // 1000)
        if found.new is None:
            for earlier in await _referred(alerts, found, entrant):
                if alerts.is_under_way(earlier):
                    await alerts.cancel(earlier, CancelAlert(), entrant.person.person_id)
            return Response(status_code=204)
        entrant.require(Right.ISSUE_ALERT, alerts.targets.places(found.new.target))
        key = cap_key(found.sender, found.identifier)
        by = entrant.person.person_id
        known = await alerts.find_issued(by, key)
        if known is not None:
            return answer(known, 201)
        ended = [one for one in await _referred(alerts, found, entrant) if alerts.is_under_way(one)]
        new = await with_media(found.new, found.brought, media, by)
        if not ended:
            return answer(await alerts.issue(new, by, key), 201)
        made = await alerts.update(ended[0], as_update(new), by, key)
        for other in ended[1:]:
            await alerts.cancel(other, CancelAlert(), by)
        return answer(made, 201)

    @router.get("/{alert_id}/cap")
    async def as_cap(alert_id: str, request: Request, entrant: Entering) -> Response:
        seen = view_of(entrant, registry).alert(await alerts.find(alert_id))
        if seen is None:
            raise not_your_place()
        ended = seen.cancels or seen.updates
        earlier = await alerts.find(ended) if ended is not None else None
        venue_ids = dict.fromkeys(one.venue_id for one in seen.deliveries)
        venues = [registry.venues[venue_id] for venue_id in venue_ids if venue_id in registry.venues]
        resources = await resources_of(seen, media, str(request.base_url))
        document = write_cap(seen, earlier, venues, ZoneInfo(registry.community.time_zone), resources)
        return Response(document, media_type="application/cap+xml")

    return router


async def _referred(alerts: Alerts, found: Incoming, entrant: Entrant) -> list[str]:
    """The alerts, or what has come in their place, that a message ends: this hub's by their names, others' by what was
    made of them for the same person. Raises Refusal for one of this hub that there is not, and where one is not theirs.
    """
    ended: dict[str, None] = {}
    for sender, identifier in found.earlier:
        if sender == SENDER:
            alert = await alerts.find(identifier)
        else:
            issued = await alerts.find_issued(entrant.person.person_id, cap_key(sender, identifier))
            if issued is None:
                continue
            alert = issued
        latest = alerts.latest_of(alert.alert_id) or alert.alert_id
        require_all_of(entrant, await alerts.find(latest))
        ended[latest] = None
    return list(ended)
