"""The page that shows the authority's certificate and how a phone or computer comes to trust it; it shows nothing else.

It is served without TLS too, for those who do not trust the hub yet: what makes it safe is the fingerprint, which the
reader compares with the one that the police room gave them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from devices.protocol.clock import Clock
from hub.access.gate import EnteringForAll
from hub.access.joining import reachable
from hub.access.limits import RequestLimits
from hub.access.origin import App, Receive, Scope, Send, host_name
from hub.certificates.authority import for_people, name_host
from hub.certificates.service import Certificates
from hub.console.http import answer
from hub.listening.turned_away import TurnedAway

_STYLE = (
    "body{font:18px/1.6 sans-serif;max-width:38em;margin:0 auto;padding:1em;color:#1a1a1a;background:#fff}"
    "code{font:16px/1.5 monospace;overflow-wrap:anywhere}h1{font-size:1.4em}h2{font-size:1.1em}"
    ".print{padding:.8em;border:2px solid #b8860b}.button{display:inline-block;padding:.6em 1.2em;background:#0b4f8a;"
    "color:#fff;text-decoration:none;border-radius:.3em}"
)
_CSP = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
).encode()
_HEADERS = (
    (b"content-security-policy", _CSP),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
CERTIFICATE_TYPE = "application/x-x509-ca-cert"
"""By which Android and iPhone know that it is to be installed."""
_PAGE = Path(__file__).with_name("trust.html").read_text(encoding="utf-8")


def page(certificates: Certificates, host: str, port: int) -> bytes:
    """The page; ``host`` is what the reader called the hub, ``port`` the console's."""
    name = host_name(host)
    if not name_host(certificates.names, name):  # the reader's own words would otherwise become a link
        name = certificates.names[0]
    console = f"https://[{name}]:{port}/" if ":" in name else f"https://{name}:{port}/"
    shown = {"style": _STYLE, "fingerprint": for_people(certificates.fingerprint), "console": escape(console)}
    return _PAGE.format(**shown).encode()


def routes(certificates: Certificates) -> APIRouter:
    """The same page and certificate on the console itself."""
    router = APIRouter()

    @router.get("/trust")
    async def trust(request: Request) -> Response:
        shown = page(certificates, request.headers.get("host", ""), request.url.port or 443)
        return Response(shown, media_type="text/html; charset=utf-8")

    @router.get("/ca.pem")
    async def authority() -> Response:
        return Response(certificates.ca_pem, media_type=CERTIFICATE_TYPE)

    return router


class HowToTrust(msgspec.Struct, frozen=True, kw_only=True):
    """What another machine needs to trust the hub; without TLS there is neither."""

    fingerprint: str | None
    trust: str | None
    """The page's address without TLS, as a phone reaches it; None where it is served over TLS alone."""


def certificate_routes(certificates: Certificates | None, trust_port: Callable[[], int | None]) -> APIRouter:
    """For the administrator's console. ``trust_port`` is where the page is served without TLS."""
    router = APIRouter(prefix="/api")

    @router.get("/certificates")
    async def how_to_trust(_entrant: EnteringForAll, request: Request) -> Response:
        if certificates is None:
            return answer(HowToTrust(fingerprint=None, trust=None))
        port, host = trust_port(), urlsplit(reachable(str(request.base_url), certificates)).hostname or ""
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}/trust" if port else None
        return answer(HowToTrust(fingerprint=for_people(certificates.fingerprint), trust=address))

    return router


def trust_app(certificates: Certificates, port: int, clock: Clock, turned_away: TurnedAway) -> App:
    """All that is served without TLS, each address held to its rate; ``port`` is the console's."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        status, kind, body = 404, b"text/plain; charset=utf-8", "没有这个地址 nothing is here: /trust\n".encode()
        if scope["method"] in ("GET", "HEAD") and scope["path"] == "/trust":
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            status, kind, body = 200, b"text/html; charset=utf-8", page(certificates, host, port)
        elif scope["method"] in ("GET", "HEAD") and scope["path"] == "/ca.pem":
            status, kind, body = 200, CERTIFICATE_TYPE.encode(), certificates.ca_pem
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *_HEADERS]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return RequestLimits(app, clock, turned_away)
