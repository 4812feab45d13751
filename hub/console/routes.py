"""The console's HTTP face: the picture, the events, the metrics, and the page itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

from hub.access.entrant import Entrant
from hub.access.gate import Entering
from hub.console.http import answer
from hub.console.picture import Picture
from hub.console.view import view_of
from hub.errors import Refusal
from hub.events.log import EventLog, TooFarBack
from hub.metrics import Metrics
from hub.registry.service import Registry
from hub.vitals import Vitals

STATIC = Path(__file__).parent / "static"
MAX_EVENTS = 2_000
MAX_DIGITS = 18
_NOT_BUILT = """<!doctype html><meta charset="utf-8"><title>黔哨</title>
<p>控制台页面尚未构建，请运行 <code>make setup</code>。</p>
<p>The console has not been built: run <code>make setup</code>.</p>"""


def routes(
    take: Callable[[Entrant], Awaitable[Picture]],
    events: EventLog,
    registry: Registry,
    metrics: Metrics,
    vitals: Vitals,
) -> APIRouter:
    """What a console or a program reads."""
    router = APIRouter()

    @router.get("/api/state")
    async def state(entrant: Entering) -> Response:
        return answer(await take(entrant))

    @router.get("/api/events")
    async def read_events(request: Request, entrant: Entering) -> Response:
        since, limit = _number(request, "since", 0), min(_number(request, "limit", 500), MAX_EVENTS)
        try:
            items = await events.since(since, limit)
        except TooFarBack as error:
            raise Refusal("too_far_back", "这些事件已不再保存", str(error), field="since", status=410) from None
        view, previous, coded = view_of(entrant, registry), since, []
        for item in filter(None, map(view.item, items)):
            coded.append(item.encode(previous))
            previous = item.number
        reached = items[-1].number if items else since
        counts = f'],"reached":{reached},"now":{events.last}}}'
        return Response(b"".join((b'{"items":[', b",".join(coded), counts.encode())), media_type="application/json")

    @router.get("/metrics")
    async def scrape() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @router.get("/healthz")
    async def health() -> Response:
        found = vitals.health()
        return answer(found, 200 if found.status == "ok" else 503)

    return router


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        raise Refusal("bad_number", f"{name} 须为非负整数", f"{name} must be a whole number from 0", field=name)
    return int(text)


def add_page(app: FastAPI) -> None:
    """Serve the built console at /, or a word on how to build it."""
    if (STATIC / "index.html").exists():
        app.mount("/", StaticFiles(directory=STATIC, html=True))
        return

    @app.get("/")
    async def not_built() -> Response:
        return Response(_NOT_BUILT, media_type="text/html; charset=utf-8", status_code=503)
