"""How many requests one session and one address may make: token buckets before any room is asked.

A session is held to what a person and a page can mean. An address is held to what a venue's network can mean, behind
whose one address 130 phones may load their page at the same time. The doors that take a secret without a session
(sign in, invitation, enrolment) are held tighter. This machine's own programs are not held: whoever may run one can
do worse; a proxy among them speaks for others and is held like one address.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from devices.protocol.clock import Clock
from hub.access.gate import SESSION_COOKIE
from hub.access.origin import App, Receive, Scope, Send
from hub.listening.addresses import address_of, is_this_machine, network_of
from hub.listening.buckets import Buckets, Rate
from hub.listening.turned_away import Reason, TurnedAway

CLOSE_TOO_MANY = 4429
PROBES = frozenset({"/healthz", "/metrics"})
SECRET_DOORS = frozenset(
    {
        ("POST", "/api/session"),
        ("POST", "/api/invitation/look"),
        ("POST", "/api/invitation/accept"),
        ("POST", "/api/devices/enrol"),
    }
)
"""Doors that take a secret from whoever comes."""
_SESSION = f"{SESSION_COOKIE}=".encode()


RATES = {
    Reason.SESSION_RATE: Rate(50, 200),
    Reason.ADDRESS_RATE: Rate(300, 3_000),
    Reason.SECRET_DOOR_RATE: Rate(5, 20),
    Reason.PROBE_RATE: Rate(10, 50),
}
"""130 phones that load a page of 20 files at once make 2,600 requests; a monitor asks for a probe twice a second."""


class RequestLimits:
    """ASGI middleware."""

    def __init__(self, app: App, clock: Clock, turned_away: TurnedAway) -> None:
        self._app = app
        self._turned_away = turned_away
        self._buckets = {reason: Buckets(rate, clock) for reason, rate in RATES.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = None if scope["type"] not in ("http", "websocket") else self._refuse(scope)
        if refused is None:
            await self._app(scope, receive, send)
            return
        reason, wait_s = refused
        self._turned_away.add(reason)
        await _answer(scope, receive, send, max(1, math.ceil(wait_s)))

    def _refuse(self, scope: Scope) -> tuple[Reason, float] | None:
        """Which bucket is empty, and for how long."""
        address = address_of(scope)
        if is_this_machine(address):
            return None
        network = network_of(address)
        for reason, key in self._asked(scope, network):
            wait_s = self._buckets[reason].take(key)
            if wait_s:
                return reason, wait_s
        return None

    def _asked(self, scope: Scope, network: str) -> Iterable[tuple[Reason, object]]:
        if scope["path"] in PROBES:
            yield Reason.PROBE_RATE, network
            return
        yield Reason.ADDRESS_RATE, network
        if (scope.get("method"), scope["path"]) in SECRET_DOORS:
            yield Reason.SECRET_DOOR_RATE, network
        session = _session(scope)
        if session is not None:  # whoever makes sessions up still empties the address's bucket
            yield Reason.SESSION_RATE, (network, session)


def _session(scope: Scope) -> int | None:
    """Tells sessions apart without keeping their tokens."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            for cookie in value.split(b";"):
                if cookie.strip().startswith(_SESSION):
                    return hash(cookie.strip())
    return None


async def _answer(scope: Scope, receive: Receive, send: Send, wait_s: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})  # a page cannot read why a handshake was refused
        await send({"type": "websocket.close", "code": CLOSE_TOO_MANY, "reason": "too_many_requests"})
        return
    body = (
        f'{{"error":{{"code":"too_many_requests","message":"请求过于频繁，请 {wait_s} 秒后再试",'
        f'"message_en":"too many requests: try again in {wait_s} s","field":null}}}}'
    ).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(wait_s).encode()),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": body})
