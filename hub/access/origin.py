"""The origin guard: a page of another site, open in the same browser, can neither read nor do anything here.

Loopback alone does not protect: any page can send requests to 127.0.0.1, and a name can be pointed there (DNS
rebinding). So the ``Host`` must be loopback or, over TLS, what the hub's certificate names; an ``Origin`` must be our
own, scheme and all; and changes need a header that browsers do not let foreign pages send without asking.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, MutableMapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from hub.certificates.authority import name_host
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
     b"default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
     b"worker-src 'self' blob:; "
     b"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"microphone=(self), camera=(self), geolocation=(self)"),
)  # fmt: skip
"""Styles are inline because the component library writes them so; websockets of the page's own host are 'self'.

No strict-transport-security: it holds for every port of a host name (RFC 6797 8.3), so that a browser would never show
the page on the next port again that says whom to trust; and the console's own port speaks TLS alone.
"""
_NOT_KEPT = (b"cache-control", b"no-store")
"""For every answer of the interface that does not say itself how long it may be kept."""
_PAGE_SCHEME = {"http": "http", "ws": "http", "https": "https", "wss": "https"}
_REFUSED = (
    '{"error":{"code":"foreign_origin","message":"请从本机控制台页面访问","message_en":'
    '"open the console at its own address; requests of other pages are refused","field":null}}'
).encode()


def host_name(host: str) -> str:
    """The name or address in a ``Host`` header, without port and brackets; empty for one that is none."""
    return _split(f"//{host}").hostname or ""


def _split(address: str) -> SplitResult:
    """The parts of an address; of one that is none, nothing."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


class OriginGuard:
    """ASGI middleware; ``names`` gives what the hub's certificate names. ``refused`` counts what it turned away."""

    def __init__(self, app: App, names: Callable[[], Collection[str]] = tuple) -> None:
        self._app = app
        self._names = names
        self.refused = 0

    def _allowed(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin")
        name, scheme = host_name(host), _PAGE_SCHEME[scope["scheme"]]
        if name not in LOOPBACK_HOSTS and not (scheme == "https" and name_host(self._names(), name)):
            return False
        if origin is not None and origin.decode("latin-1") != f"{scheme}://{host}":
            return False
        return scope["type"] == "websocket" or scope["method"] in _SAFE or CHANGE_HEADER in headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif self._allowed(scope):
            await self._app(scope, receive, _with_headers(scope, send))
        else:
            self.refused += 1
            await _refuse(scope, receive, send)


def _with_headers(scope: Scope, send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            said = list(message.get("headers", []))
            message["headers"] = [*said, *(one for one in _headers(scope) if one[0] not in dict(said))]
        await send(message)

    return sending


def _headers(scope: Scope) -> Iterator[tuple[bytes, bytes]]:
    yield from _HEADERS
    if scope["path"].startswith("/api/"):
        yield _NOT_KEPT


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": CLOSE_REFUSED})
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_REFUSED)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSED})
