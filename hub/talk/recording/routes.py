"""The recordings' HTTP face: pages of bursts, a burst's voice by byte ranges, its waveform."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from hub.access.gate import Entering
from hub.console.http import answer
from hub.console.ranges import answer_file
from hub.errors import Refusal
from hub.registry.records import LAST_AT_MS
from hub.talk.recording.listening import Audio, ListeningBack
from hub.talk.recording.messages import BurstQuery

_MAX_LENGTH = 64
_MOST_NUMBER = 1 << 53


def routes(listening: ListeningBack) -> APIRouter:
    """What the police room finds and hears again."""
    router = APIRouter(prefix="/api/talk")

    @router.get("/bursts")
    async def find(request: Request, entrant: Entering) -> Response:
        return answer(await listening.page(_query(request), entrant))

    @router.get("/bursts/{burst_id}/audio")
    async def hear(burst_id: str, request: Request, entrant: Entering) -> Response:
        audio = await listening.audio(_burst_id(burst_id), entrant)
        return await _answer_range(audio, request.headers.get("range"))

    @router.get("/bursts/{burst_id}/waveform")
    async def draw(burst_id: str, entrant: Entering) -> Response:
        return answer(await listening.waveform(_burst_id(burst_id), entrant))

    return router


def _burst_id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise Refusal("unknown_burst", "没有这段通话记录", "there is no recording of this burst", status=404)
    return int(text)


def _query(request: Request) -> BurstQuery:
    """What is asked for. Raises Refusal."""
    given = request.query_params
    for name in ("group_id", "venue_id", "talker_id"):
        if len(given.get(name, "")) > _MAX_LENGTH:
            words = (f"{name} 最多 {_MAX_LENGTH} 个字符", f"{name} has at most {_MAX_LENGTH} characters")
            raise Refusal("bad_field", *words, field=name)
    limit = _number(request, "limit", _MOST_NUMBER)
    return BurstQuery(
        since_ms=_number(request, "since_ms", LAST_AT_MS),
        until_ms=_number(request, "until_ms", LAST_AT_MS),
        group_id=given.get("group_id"),
        venue_id=given.get("venue_id"),
        talker_id=given.get("talker_id"),
        before=_number(request, "before", _MOST_NUMBER),
        **({} if limit is None else {"limit": max(1, limit)}),
    )


def _number(request: Request, name: str, most: int) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 16 and int(text) <= most):
        raise Refusal("bad_number", f"{name} 须为非负整数", f"{name} must be a whole number from 0", field=name)
    return int(text)


async def _answer_range(audio: Audio, asked: str | None) -> Response:
    """A burst of a minute has some 200 KB."""
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": f"inline; filename*=UTF-8''{quote(_download_name(audio.file))}",
    }
    try:
        return await answer_file(audio.file, audio.bytes, asked, "audio/ogg", headers)
    except FileNotFoundError:
        raise Refusal("file_missing", "录音文件不在了", "the recording's file is gone", status=404) from None


def _download_name(file: Path) -> str:
    return f"{file.parent.name}_{file.name}"
