"""The alerts room's HTTP face."""

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
from hub.alerts.messages import Alert, AnswerElsewhere, CancelAlert, NewAlert, NewAnswer, UpdateAlert, Via
from hub.alerts.posts import Posts
from hub.alerts.service import Alerts
from hub.console.http import IMPORT_BYTES, LIST_BYTES, answer, idempotency_key, read, read_bytes
from hub.console.view import view_of
from hub.media.service import MediaRoom
from hub.registry.places import venue_place
from hub.registry.service import Registry
from hub.templates.blanks import refuse_blanks


def routes(alerts: Alerts, posts: Posts, registry: Registry, clock: Clock, media: MediaRoom) -> APIRouter:
    """Issue an alert, look at one, answer one on a page, end one; as JSON and as CAP XML."""
    router = APIRouter(prefix="/api/alerts")

    @router.post("")
    async def issue(request: Request, entrant: Entering) -> Response:
        new = await read(request, NewAlert, LIST_BYTES)
        refuse_blanks(new.text)
        entrant.require(Right.ISSUE_ALERT, alerts.targets.places(new.target))
        if new.case_id is not None:
            entrant.require(Right.SEE_CASES)
        return answer(await alerts.issue(new, entrant.person.person_id, idempotency_key(request)), 201)

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

    @router.post("/{alert_id}/answers")
    async def answer_on_page(alert_id: str, request: Request, entrant: Entering) -> Response:
        pressed = await read(request, NewAnswer)
        alert = await alerts.find(alert_id)
        if pressed.venue_id is not None:
            entrant.require(Right.ANSWER_ALERT, (venue_place(pressed.venue_id),))
        elif view_of(entrant, registry).alert(alert) is None:
            raise not_your_place()
        ago_s, named = pressed.pressed_ago_ms / 1000, pressed.venue_id
        said = AnswerElsewhere(
            message_id=pressed.message_id,
            alert_id=alert_id,
            venue_ids=(named,) if named is not None else posts.venues_of(entrant, alert, ago_s),
            by=entrant.person.person_id,
            via=Via.PAGE,
            answer=pressed.answer,
            text=pressed.text.strip(),
            pressed_ago_s=ago_s,
        )
        await alerts.answered_elsewhere(said)
        return Response(status_code=204)

    @router.post("/{alert_id}/update")
    async def update(alert_id: str, request: Request, entrant: Entering) -> Response:
        order = await read(request, UpdateAlert, LIST_BYTES)
        refuse_blanks(order.text)
        _require_all_of(entrant, await alerts.find(alert_id))
        if order.target is not None:
            entrant.require(Right.ISSUE_ALERT, alerts.targets.places(order.target))
        return answer(await alerts.update(alert_id, order, entrant.person.person_id, idempotency_key(request)), 201)

    @router.post("/{alert_id}/cancel")
    async def cancel(alert_id: str, request: Request, entrant: Entering) -> Response:
        order = await read(request, CancelAlert)
        _require_all_of(entrant, await alerts.find(alert_id))
        await alerts.cancel(alert_id, order, entrant.person.person_id)
        return Response(status_code=204)

    @router.get("/{alert_id}")
    async def find(alert_id: str, entrant: Entering) -> Response:
        seen = view_of(entrant, registry).alert(await alerts.find(alert_id))
        if seen is None:
            raise not_your_place()
        return answer(seen)

    return router


def _require_all_of(entrant: Entrant, alert: Alert) -> None:
    """Whoever changes an alert may issue one to all that it went to. Raises Refusal."""
    entrant.require(Right.ISSUE_ALERT, {venue_place(one.venue_id) for one in alert.deliveries})


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
        _require_all_of(entrant, await alerts.find(latest))
        ended[latest] = None
    return list(ended)
