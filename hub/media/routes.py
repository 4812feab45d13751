"""The media room's HTTP face: a picture or a voice is brought for an alert, and handed out to who may see that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from hub.access.entrant import Entrant
from hub.access.gate import Entering
from hub.console.http import answer, read_bytes
from hub.console.ranges import answer_file
from hub.console.view import view_of
from hub.errors import Refusal
from hub.media.service import MOST_IN_BYTES, MediaRoom
from hub.registry.service import Registry

_PICTURES = frozenset({"image/jpeg", "image/png"})
_VOICES = frozenset({"video/webm", "video/mp4"})
"""What browsers call a recording that has sound alone; beside everything that begins with ``audio/``."""


def routes(
    room: MediaRoom,
    venues_naming: Callable[[str], Awaitable[frozenset[str]]],
    registry: Registry,
    is_of_theirs: Callable[[Entrant, str], Awaitable[bool]],
) -> APIRouter:
    """``venues_naming(media_id)``: whom the alerts went to that name it; ``is_of_theirs``: whether it is of an ask that
    concerns somebody."""
    router = APIRouter(prefix="/api/media")

    async def is_seen(media_id: str, entrant: Entrant) -> bool:
        if await room.is_bringer(media_id, entrant.person.person_id) or await is_of_theirs(entrant, media_id):
            return True
        return any(map(view_of(entrant, registry).has_venue, await venues_naming(media_id)))

    @router.post("")
    async def bring(request: Request, entrant: Entering) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_picture = kind in _PICTURES
        if not is_picture and kind not in _VOICES and not kind.startswith("audio/"):
            words = ("请上传 JPEG、PNG 图片或录音", "bring a JPEG, a PNG or a recorded voice")
            raise Refusal("unknown_media_type", *words, field="Content-Type", status=415)
        data = await read_bytes(request, MOST_IN_BYTES)
        keep = room.keep_picture if is_picture else room.keep_voice
        return answer(await keep(data, entrant.person.person_id), 201)

    @router.get("/{media_id}")
    async def hand_out(media_id: str, request: Request, entrant: Entering) -> Response:
        found = await room.find(media_id)
        if found is None:
            raise _unknown()
        if not await is_seen(media_id, entrant):
            raise _unknown()
        headers = {"etag": f'"{media_id}"', "cache-control": "private, no-cache"}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        try:
            asked = request.headers.get("range")
            return await answer_file(room.path(media_id), found.bytes, asked, found.type.value, headers)
        except FileNotFoundError:
            raise _unknown() from None

    return router


def _unknown() -> Refusal:
    """Also for who may not see it: nobody learns what there is."""
    return Refusal("unknown_media", "没有这个图片或语音", "there is no such picture or spoken message", status=404)
