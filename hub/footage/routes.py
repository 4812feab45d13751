"""The doors of looking at footage: live view, playback, stills, timelines."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing, suppress
from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response, WebSocket
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from hub.access.gate import Entering, EnteringForAll
from hub.bridge.refused import Refused, RefusedReason
from hub.console.http import ErrorAnswer, ErrorBody, answer, read_query
from hub.console.lines import Line, Lines
from hub.errors import Refusal
from hub.footage.live.messages import read_watch
from hub.footage.live.walls import LiveView, Wall
from hub.footage.playback.reading import Playback
from hub.footage.playback.service import Asked, Playing, What
from hub.footage.playback.timelines import MOST_CAMERAS, MOST_MS, Timelines

READ_WITHIN_S = 180.0
"""A minute of video that is not taken within three is taken no further, so that others get their turn."""
_Ms = Annotated[int, msgspec.Meta(ge=86_400_000, le=4_102_444_800_000)]
"""A time from 1970 to 2100."""
_PRIVATE = {"cache-control": "private, no-store"}
_encoder = msgspec.json.Encoder()


class _PicturesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    from_ms: _Ms
    until_ms: _Ms
    transcode: bool = False


class _StillQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at_ms: _Ms


class _TimelineQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    camera_ids: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_CAMERAS * 49)]
    since_ms: _Ms
    until_ms: _Ms


def live_routes(live: LiveView, lines: Lines, refused: Refused) -> APIRouter:
    """The websocket of live view."""
    router = APIRouter()

    @router.websocket("/ws/live")
    async def watch(socket: WebSocket, entrant: Entering) -> None:
        with lines.line(socket, entrant) as line:
            wall = live.open_wall(entrant)
            try:
                await line.serve(wall.send(line.send), _hear(line, wall, refused), wall.keep_reviewing())
            finally:
                wall.close()

    return router


async def _hear(line: Line, wall: Wall, refused: Refused) -> None:
    while True:
        said = await line.receive()
        line.note_audited()
        try:
            await wall.show(read_watch(said))
        except Refusal as refusal:
            refused.add(line.entrant.person.person_id, line.path, RefusedReason.MALFORMED, refusal.message_en)
            body = ErrorBody(
                code=refusal.code, message=refusal.message, message_en=refusal.message_en, field=refusal.field
            )
            wall.put(None, _encoder.encode(ErrorAnswer(error=body)).decode())


def playing_routes(playing: Playing, timelines: Timelines) -> APIRouter:
    """Playback within a case, which is the whole community's."""
    router = APIRouter(prefix="/api/cases/{case_id}/footage")

    @router.get("/timeline")
    async def timeline(case_id: str, request: Request, entrant: EnteringForAll) -> Response:
        query = read_query(request, _TimelineQuery)
        camera_ids = tuple(dict.fromkeys(query.camera_ids.split(",")))
        if len(camera_ids) > MOST_CAMERAS:
            words = (f"一次最多 {MOST_CAMERAS} 个摄像头", f"at most {MOST_CAMERAS} cameras at once")
            raise Refusal("too_many_cameras", *words, field="camera_ids")
        _require_order(query.since_ms, query.until_ms)
        if query.until_ms - query.since_ms > MOST_MS:
            raise Refusal("too_long", "一次最多 31 天", "at most 31 days at once", field="until_ms")
        asked = Asked(case_id, What.TIMELINE, camera_ids, query.since_ms * 1000, query.until_ms * 1000)
        await playing.enter(asked, entrant)
        found = answer(await timelines.of(asked, entrant.person.person_id))
        found.headers.update(_PRIVATE)
        return found

    @router.get("/{camera_id}/pictures")
    async def pictures(case_id: str, camera_id: str, request: Request, entrant: EnteringForAll) -> Response:
        query = read_query(request, _PicturesQuery)
        _require_order(query.from_ms, query.until_ms)
        asked = Asked(case_id, What.PICTURES, (camera_id,), query.from_ms * 1000, query.until_ms * 1000)
        await playing.enter(asked, entrant)
        async with AsyncExitStack() as turn:
            await turn.enter_async_context(playing.readings.turn(entrant.person.person_id))
            stretch = await playing.stretch(camera_id, asked.from_us, asked.until_us)
            playback = playing.play(camera_id, stretch, entrant.person.person_id if query.transcode else None)
            next_ms = {} if stretch.next_us is None else {"x-next-ms": str(-(-stretch.next_us // 1000))}
            return _Streamed(playback, turn.pop_all(), {**_PRIVATE, **next_ms})

    @router.get("/{camera_id}/still")
    async def still(case_id: str, camera_id: str, request: Request, entrant: EnteringForAll) -> Response:
        at_us = read_query(request, _StillQuery).at_ms * 1000
        await playing.enter(Asked(case_id, What.STILL, (camera_id,), at_us, at_us), entrant)
        return Response(
            await playing.still(camera_id, at_us, entrant.person.person_id), media_type="image/jpeg", headers=_PRIVATE
        )

    return router


def _require_order(since_ms: int, until_ms: int) -> None:
    if until_ms <= since_ms:
        raise Refusal("time_reversed", "结束时间须晚于开始时间", "the time must end after it begins", field="until_ms")


class _Streamed(StreamingResponse):
    """A playback as it is read; its file and its turn are given back however it ends."""

    def __init__(self, playback: Playback, turn: AsyncExitStack, headers: dict[str, str]) -> None:
        self._playback = playback
        self._turn = turn
        self._pieces = playback.pieces()
        super().__init__(self._pieces, headers=headers, media_type="application/octet-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._turn, aclosing(self._playback), aclosing(self._pieces):
            with suppress(TimeoutError):  # the connection is closed in the middle: whoever reads it sees that
                async with asyncio.timeout(READ_WITHIN_S):
                    await super().__call__(scope, receive, send)
