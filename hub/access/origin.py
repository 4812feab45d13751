"""The origin guard: a page of another site, open in the same browser, can neither read nor do anything here.

Loopback alone does not protect: any page can send requests to 127.0.0.1, and a name can be pointed there (DNS
rebinding). So the ``Host`` must be loopback, an ``Origin`` must be our own, and changes need a header that browsers do
not let foreign pages send without asking.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from hub.settings import LOOPBACK_HOSTS

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CHANGE_HEADER = b"x-qianshao"
CLOSE_REFUSED = 4403
_HEADERS = (
    (b"content-security-policy",
     b"default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; "
     b"worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"microphone=(self), camera=(self), geolocation=(self)"),
)  # fmt: skip
_REFUSED = (
    '{"error":{"code":"foreign_origin","message":"请从本机控制台页面访问","message_en":'
    '"open the console at its own address; requests of other pages are refused","field":null}}'
).encode()


def is_loopback(host: str) -> bool:
    """Whether a ``Host`` header or origin names this machine itself."""
    return _split(f"//{host}").hostname in LOOPBACK_HOSTS


def _split(address: str) -> SplitResult:
    """The parts of an address; of one that is none, nothing."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


class OriginGuard:
    """ASGI middleware; ``refused`` counts what it turned away."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.refused = 0

    def _allowed(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin")
        if not is_loopback(host):
            return False
        if origin is not None and _split(origin.decode("latin-1")).netloc != host:
            return False
        return scope["type"] == "websocket" or scope["method"] in _SAFE or CHANGE_HEADER in headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif self._allowed(scope):
            await self._app(scope, receive, _with_headers(send))
        else:
            self.refused += 1
            await _refuse(scope, receive, send)


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *_HEADERS]
        await send(message)

    return sending


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": CLOSE_REFUSED})
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_REFUSED)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSED})
