"""Reading requests into typed records and writing records as JSON answers; refusals in the one form of errors.py."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Coroutine
from typing import Any, TypeVar

import msgspec
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from hub.errors import Refusal
from hub.sightings.home import HomeAway
from hub.storage.away import is_away
from hub.storage.writer import StorageOverloaded

_T = TypeVar("_T")
MOST_KEY = 64
BODY_BYTES = 64 * 1024
"""What a person writes in a form: texts of at most 500 characters, a week's shifts."""
LIST_BYTES = 256 * 1024
"""Where up to 2,000 devices or venues are named, or as many cameras and venues each."""
PUBLIC_DOOR_BYTES = 16 * 1024
"""Where anybody may knock: a password, a code, a key."""
IMPORT_BYTES = 4 * 1024 * 1024
"""A community's venues or its map, of an administrator."""
_encoder = msgspec.json.Encoder()


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    message: str
    message_en: str
    field: str | None = None


class ErrorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    error: ErrorBody


def answer(record: Any, status: int = 200) -> Response:
    """A record as a JSON response."""
    return Response(_encoder.encode(record), status, media_type="application/json")


async def read_bytes(request: Request, most_bytes: int) -> bytes:
    """The whole body. Raises Refusal for a larger one before reading it all, and for one that was cut off."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most_bytes:
                raise Refusal(
                    "too_large", f"内容超过 {most_bytes} 字节", f"the body is over {most_bytes} bytes", status=413
                )
    except ClientDisconnect:  # nobody hears this answer; the listening room has counted it
        raise Refusal("cut_off", "内容没有传完", "the body did not come to its end", status=400) from None
    return bytes(body)


async def while_connected(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    """What ``work`` returns; it is cancelled when the client goes. The request's body must have been read."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, going = asyncio.create_task(work), asyncio.create_task(gone())
    try:
        await asyncio.wait({working, going}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
    finally:
        for task in (working, going):
            task.cancel()
        await asyncio.gather(working, going, return_exceptions=True)
    raise Refusal("gone", "请求方已断开", "whoever asked is gone", status=499)  # nobody hears this answer


def _field_at_fault(text: str) -> str | None:
    """The field that msgspec's message names: by its path, or as missing from the whole or no part of it."""
    found = re.search(r"(?:missing required|unknown) field `(\w+)`$|`\$\.(.+)`$", text)
    return found and (found[1] or found[2])


async def read(request: Request, kind: type[_T], most_bytes: int = BODY_BYTES) -> _T:
    """The body as a record. Raises Refusal saying which field is wrong."""
    try:
        return msgspec.json.decode(await read_bytes(request, most_bytes), type=kind)
    except msgspec.ValidationError as error:
        raise _bad_field(error) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("not_json", f"不是有效的 JSON：{error}", f"this is not JSON: {error}", status=400) from None


def idempotency_key(request: Request) -> str | None:
    """The key under which a repeat of this request changes nothing. Raises Refusal for one that cannot be kept."""
    key = request.headers.get("Idempotency-Key") or None
    if key is not None and len(key) > MOST_KEY:
        words = (f"Idempotency-Key 最长 {MOST_KEY} 个字符", f"an Idempotency-Key has at most {MOST_KEY} characters")
        raise Refusal("bad_key", *words, field="Idempotency-Key")
    return key


def read_query(request: Request, kind: type[_T]) -> _T:
    """What the address asks for, after its question mark, as a record. Raises Refusal saying which field is wrong."""
    try:
        return msgspec.convert(dict(request.query_params), kind, strict=False)
    except msgspec.ValidationError as error:
        raise _bad_field(error) from None


def _bad_field(error: msgspec.ValidationError) -> Refusal:
    text = str(error)
    field = _field_at_fault(text)
    return Refusal("bad_field", f"{field or '内容'}有误：{text}", text, field=field)


async def _refused(connection: Request | WebSocket, refusal: Exception) -> Response | None:
    """A websocket is accepted and closed with 4000 + the status: a page cannot read why a handshake was refused."""
    assert isinstance(refusal, Refusal)
    if isinstance(connection, WebSocket):
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await connection.accept()
            await connection.close(4000 + refusal.status, refusal.code)
        return None
    body = ErrorBody(code=refusal.code, message=refusal.message, message_en=refusal.message_en, field=refusal.field)
    return answer(ErrorAnswer(error=body), refusal.status)


def _no_such_thing(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {404: ("没有这个地址", "there is nothing at this address"), 405: ("不支持这个方法", "not done this way")}
    message, message_en = words.get(error.status_code, (error.detail, error.detail))
    code = "not_found" if error.status_code == 404 else "bad_request"
    return answer(ErrorAnswer(error=ErrorBody(code=code, message=message, message_en=message_en)), error.status_code)


def _overloaded(_request: Request, error: Exception) -> Response:
    body = ErrorBody(code="storage_overloaded", message="数据库繁忙，请稍后再试", message_en=f"try again: {error}")
    return answer(ErrorAnswer(error=body), 503)


def _storage_failed(request: Request, error: Exception) -> Response:
    if not is_away(error):
        return _failed(request, error)
    body = ErrorBody(code="storage_away", message="数据库没有应答，请稍后再试", message_en="the database is away")
    return answer(ErrorAnswer(error=body), 503)


def _home_away(_request: Request, error: Exception) -> Response:
    body = ErrorBody(
        code="sightings_away", message="目击记录库没有应答，请稍后再试", message_en=f"the sightings' server: {error}"
    )
    return answer(ErrorAnswer(error=body), 503)


def _failed(_request: Request, _error: Exception) -> Response:
    body = ErrorBody(code="internal", message="系统内部错误，已记录", message_en="an internal error; it is in the log")
    return answer(ErrorAnswer(error=body), 500)


def add_error_answers(app: FastAPI) -> None:
    """Have refusals answered in the form of docs/api.md."""
    app.add_exception_handler(Refusal, _refused)  # type: ignore[arg-type]  # it answers both kinds of connection
    app.add_exception_handler(Exception, _failed)
    app.add_exception_handler(StorageOverloaded, _overloaded)
    app.add_exception_handler(DBAPIError, _storage_failed)
    app.add_exception_handler(HomeAway, _home_away)
    app.add_exception_handler(HTTPException, _no_such_thing)
