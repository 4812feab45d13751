"""HTTP and websocket as uvicorn speaks them, with patience that ends and a place that is given back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from hub.listening.addresses import plain_address
from hub.listening.bounds import Slot
from hub.listening.turned_away import Reason, TurnedAway

HEAD_WITHIN_S = 10.0
"""From a connection's start, or from a request's first byte, until the whole head has come."""
BODY_WITHIN_S = 60.0
"""From a request's head until its whole body has come: 4 MiB at 70 kB/s, a phone at the edge of the network."""

LOOK_AT_READING_S = 30.0
READ_LEAST_BYTES = 64 * 1024
"""What a peer takes at least between two looks (2 kB/s), or all that is left for it."""
WAITING_BYTES = 64 * 1024
"""Past which writing pauses; under TLS the event loop's own is 512 KiB, which a slow phone does not take in time."""


class _Reading:
    """Ends a connection whose peer does not take what is written to it; ``begin`` and ``end`` as writing pauses."""

    def __init__(self, transport: asyncio.Transport, turned_away: TurnedAway) -> None:
        self._transport = transport
        self._turned_away = turned_away
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Bytes wait to be taken."""
        self.end()
        self._timer = self._loop.call_later(LOOK_AT_READING_S, self._look, self._waiting_bytes())

    def end(self) -> None:
        """They were taken, or the connection has ended."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, waited_bytes: int) -> None:
        if waited_bytes - self._waiting_bytes() >= READ_LEAST_BYTES:
            self.begin()
            return
        self._turned_away.add(Reason.NOT_READING)
        self._transport.abort()

    def _waiting_bytes(self) -> int:
        try:
            return self._transport.get_write_buffer_size()
        except AttributeError:  # CPython's TLS transport lets go of what it wraps when it is closed a second time
            return 0


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A websocket that gives its place back; ``take`` is said once, when HTTP has become it."""

    _slot: Slot | None = None
    _reading: _Reading | None = None
    _is_over = False
    """Nothing more will be said: what waits is taken in time, however little it is, or never."""

    def take(self, slot: Slot, reading: _Reading) -> None:
        """The connection's place, and its patience with a peer that does not read."""
        self._slot = slot
        self._reading = reading

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._reading is not None:
            self._reading.begin()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reading is not None and not self._is_over:
            self._reading.end()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._be_over()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._be_over()

    def _be_over(self) -> None:
        self._is_over = True
        if self._reading is not None and not self.disconnected:
            self._reading.begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.client = _plain(self.client)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._slot is not None and self._reading is not None:
            self._reading.end()
            self._slot.release()


class PatientHttp(H11Protocol):
    """HTTP/1.1. uvicorn waits for ever for a slow head or body, and for a peer that reads nothing."""

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
        transport.set_write_buffer_limits(WAITING_BYTES)
        self._reading = _Reading(transport, self._turned_away)
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():  # once the rest of the answer is taken
            self._reading.begin()
        self._look()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading.begin()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._reading.end()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waits_for is Reason.SLOW_BODY and not self.cycle.response_complete:
            self._turned_away.add(Reason.BODY_CUT_OFF)
        self._wait_for(None)
        self._reading.end()
        self._slot.release()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._upgraded = True
        super().handle_websocket_upgrade(event)
        protocol = self.transport.get_protocol()
        assert isinstance(protocol, BoundedWebSocket)
        protocol.take(self._slot, self._reading)

    def send_400_response(self, msg: str) -> None:
        self._turned_away.add(Reason.MALFORMED)
        super().send_400_response(msg)

    def _look(self) -> None:
        """Wait for what must come next, and say whether a request is under way."""
        state = self.conn.their_state
        if self._upgraded:  # to h11 the request's body is still to come
            self._slot.busy()
            self._wait_for(None)
        elif state is h11.IDLE:
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
        self._waits_for = self._timer = None
        self.transport.abort()


def _plain(client: tuple[str, int] | None) -> tuple[str, int] | None:
    return None if client is None else (plain_address(client[0]), client[1])


ProtocolFactory = Callable[[Slot], asyncio.Protocol]
"""Makes the protocol of one accepted connection."""
