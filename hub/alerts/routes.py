"""The alerts room's HTTP face."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from hub.access.people import ON_DUTY
from hub.alerts.messages import NewAlert
from hub.alerts.service import Alerts
from hub.console.http import answer, read
from hub.errors import Refusal

MAX_KEY = 64


def routes(alerts: Alerts) -> APIRouter:
    """Issue an alert, look at one."""
    router = APIRouter(prefix="/api/alerts")

    @router.post("")
    async def issue(request: Request) -> Response:
        new = await read(request, NewAlert)
        key = request.headers.get("Idempotency-Key") or None
        if key is not None and len(key) > MAX_KEY:
            words = (f"Idempotency-Key 最长 {MAX_KEY} 个字符", f"an Idempotency-Key has at most {MAX_KEY} characters")
            raise Refusal("bad_key", *words, field="Idempotency-Key")
        return answer(await alerts.issue(new, ON_DUTY.person_id, key), 201)

    @router.get("/{alert_id}")
    async def find(alert_id: str) -> Response:
        return answer(await alerts.find(alert_id))

    return router
