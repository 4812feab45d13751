"""uvicorn with the hub's own way of accepting; it leaves signals to the hub, which ends its rooms first."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable, Generator
from typing import Any

import uvicorn

from devices.protocol.clock import SystemClock
from hub.listening.bounds import Bounds, Connections, Slot
from hub.listening.listener import Listener
from hub.listening.protocols import PatientHttp
from hub.listening.turned_away import TurnedAway

MAX_HEAD_BYTES = 16 * 1024
REST_BETWEEN_REQUESTS_S = 20
"""A browser keeps its connection so long: the TLS handshake that a new one costs is most of a request's work."""


class BoundedServer(uvicorn.Server):
    """One HTTP server. ``given`` are settings of uvicorn."""

    def __init__(
        self,
        app: Any,
        turned_away: TurnedAway,
        bounds: Bounds,
        context: Callable[[], ssl.SSLContext] | None = None,
        **given: Any,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=PatientHttp,
            lifespan="off",
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            timeout_keep_alive=REST_BETWEEN_REQUESTS_S,
            timeout_graceful_shutdown=2,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # it would believe anyone on this machine who says to speak for another address
            **given,
        )
        super().__init__(config)
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # it warns of each malformed request: we count them
        self.connections = Connections(bounds, turned_away, SystemClock())
        self._turned_away = turned_away
        self._context = context

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept on the sockets given, or on the configured host and port."""
        listening = sockets or [bind(self.config.host, self.config.port)]
        self.servers = [
            Listener(listening, self._make_protocol, self.connections, self._turned_away, self._context)  # type: ignore[list-item]
        ]
        self.started = True

    def _make_protocol(self, slot: Slot) -> asyncio.Protocol:
        return PatientHttp(
            self.config, self.server_state, self.lifespan.state, slot=slot, turned_away=self._turned_away
        )


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to an address. Raises OSError, OverflowError for a port that is none."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if host == "::":  # all addresses, whatever the system's default is
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound
