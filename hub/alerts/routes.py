"""The alerts room's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.entrant import Entrant, not_your_place
from hub.access.gate import Entering
from hub.access.permissions import Right
from hub.alerts.messages import Alert, AnswerElsewhere, CancelAlert, NewAlert, NewAnswer, UpdateAlert, Via
from hub.alerts.posts import Posts
from hub.alerts.service import Alerts
from hub.console.http import LIST_BYTES, answer, idempotency_key, read
from hub.console.view import view_of
from hub.registry.places import venue_place
from hub.registry.service import Registry
from hub.templates.blanks import refuse_blanks


def routes(alerts: Alerts, posts: Posts, registry: Registry) -> APIRouter:
    """Issue an alert, look at one, answer one on a page, end one."""
    router = APIRouter(prefix="/api/alerts")

    @router.post("")
    async def issue(request: Request, entrant: Entering) -> Response:
        new = await read(request, NewAlert, LIST_BYTES)
        refuse_blanks(new.text)
        entrant.require(Right.ISSUE_ALERT, alerts.targets.places(new.target))
        if new.case_id is not None:
            entrant.require(Right.SEE_CASES)
        return answer(await alerts.issue(new, entrant.person.person_id, idempotency_key(request)), 201)

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
        require_all_of(entrant, await alerts.find(alert_id))
        if order.target is not None:
            entrant.require(Right.ISSUE_ALERT, alerts.targets.places(order.target))
        return answer(await alerts.update(alert_id, order, entrant.person.person_id, idempotency_key(request)), 201)

    @router.post("/{alert_id}/cancel")
    async def cancel(alert_id: str, request: Request, entrant: Entering) -> Response:
        order = await read(request, CancelAlert)
        require_all_of(entrant, await alerts.find(alert_id))
        await alerts.cancel(alert_id, order, entrant.person.person_id)
        return Response(status_code=204)

    @router.get("/{alert_id}")
    async def find(alert_id: str, entrant: Entering) -> Response:
        seen = view_of(entrant, registry).alert(await alerts.find(alert_id))
        if seen is None:
            raise not_your_place()
        return answer(seen)

    return router


def require_all_of(entrant: Entrant, alert: Alert) -> None:
    """Whoever changes an alert may issue one to all that it went to. Raises Refusal."""
    entrant.require(Right.ISSUE_ALERT, {venue_place(one.venue_id) for one in alert.deliveries})
