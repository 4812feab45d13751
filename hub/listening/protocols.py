"""HTTP and websocket as uvicorn speaks them, with patience that ends and a place that is given back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from hub.listening.bounds import Slot, plain_address
from hub.listening.turned_away import Reason, TurnedAway

HEAD_WITHIN_S = 10.0
"""From a connection's start, or from a request's first byte, until the whole head has come."""
BODY_WITHIN_S = 60.0
"""From a request's head until its whole body has come: 4 MiB at 70 kB/s, a phone at the edge of the network."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A websocket that gives its place back."""

    slot: Slot | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.client = _plain(self.client)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.slot is not None:
            self.slot.release()


class PatientHttp(H11Protocol):
    """HTTP/1.1. uvicorn waits for ever for a head or body that comes byte by byte; this does not."""

    def __init__(self, *given: Any, slot: Slot, turned_away: TurnedAway, **named: Any) -> None:
        super().__init__(*given, **named)
        self._slot = slot
        self._turned_away = turned_away
        self._upgraded = False
        self._waits_for: Reason | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.client = _plain(self.client)
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for(None)
        self._slot.release()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._upgraded = True
        super().handle_websocket_upgrade(event)
        protocol = self.transport.get_protocol()
        assert isinstance(protocol, BoundedWebSocket)
        protocol.slot = self._slot

    def send_400_response(self, msg: str) -> None:
        self._turned_away.add(Reason.MALFORMED)
        super().send_400_response(msg)

    def _look(self) -> None:
        """Wait for what must come next, and say whether a request is under way."""
        state = self.conn.their_state
        if not self._upgraded and state is h11.IDLE:
            self._slot.rest()
            between_requests = self.timeout_keep_alive_task is not None  # uvicorn's own timer runs
            self._wait_for(None if between_requests else Reason.SLOW_HEAD, HEAD_WITHIN_S)
        else:
            self._slot.busy()
            self._wait_for(Reason.SLOW_BODY if state is h11.SEND_BODY else None, BODY_WITHIN_S)

    def _wait_for(self, what: Reason | None, within_s: float = 0.0) -> None:
        """Be patient so long; a wait for the same thing that has begun goes on."""
        if what is self._waits_for:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._waits_for = what
        self._timer = None if what is None else self.loop.call_later(within_s, self._lose_patience, what)

    def _lose_patience(self, reason: Reason) -> None:
        self._turned_away.add(reason)
        self.transport.abort()


def _plain(client: tuple[str, int] | None) -> tuple[str, int] | None:
    return None if client is None else (plain_address(client[0]), client[1])


ProtocolFactory = Callable[[Slot], asyncio.Protocol]
"""Makes the protocol of one accepted connection."""
