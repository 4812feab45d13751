"""Accepts connections: bounded before TLS begins, a handshake that must end, and the certificate of the moment."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from hub.listening.addresses import plain_address
from hub.listening.bounds import Connections
from hub.listening.protocols import ProtocolFactory
from hub.listening.turned_away import Reason, TurnedAway

_log = structlog.get_logger()
HANDSHAKE_WITHIN_S = 5.0
BACKLOG = 1_024
ACCEPT_AT_ONCE = 64
"""Connections taken before the event loop does something else."""
RESUME_AFTER_S = 0.5
"""After the system had no descriptor left."""
UNANSWERED_MS = 60_000
"""A peer that acknowledges nothing, or makes no room for more, for so long is gone (RFC 5482)."""


class Listener:
    """Accepts on ``sockets``; ``context`` gives the TLS of each new connection, None for plain HTTP."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        make_protocol: ProtocolFactory,
        connections: Connections,
        turned_away: TurnedAway,
        context: Callable[[], ssl.SSLContext] | None,
    ) -> None:
        self.sockets = tuple(sockets)
        self._make_protocol = make_protocol
        self._connections = connections
        self._turned_away = turned_away
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()
        self._closed = False
        for one in self.sockets:
            one.setblocking(False)
            one.listen(BACKLOG)
            self._watch(one)

    def _watch(self, listening: socket.socket) -> None:
        if not self._closed:
            self._loop.add_reader(listening, self._accept, listening)

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPT_AT_ONCE):
            try:
                accepted, peer = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # no descriptors: the listening socket stays readable, so look away for a while
                self._turned_away.add(Reason.NO_DESCRIPTORS)
                _log.error("listener.cannot_accept", error=error.strerror)
                self._loop.remove_reader(listening)
                self._loop.call_later(RESUME_AFTER_S, self._watch, listening)
                return
            self._take(accepted, plain_address(peer[0]))

    def _take(self, accepted: socket.socket, address: str) -> None:
        slot = self._connections.admit(address, partial(_hang_up, accepted))
        if slot is None:
            accepted.close()
            return
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED_MS)
        task = self._loop.create_task(self._open(accepted, partial(self._make_protocol, slot), slot.release))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(
        self, accepted: socket.socket, make: Callable[[], asyncio.Protocol], release: Callable[[], None]
    ) -> None:
        context = self._context() if self._context is not None else None
        within_s = None if context is None else HANDSHAKE_WITHIN_S
        try:
            await self._loop.connect_accepted_socket(
                make, accepted, ssl=context, ssl_handshake_timeout=within_s, ssl_shutdown_timeout=within_s
            )
        except OSError:  # of which ssl.SSLError is one
            self._turned_away.add(Reason.HANDSHAKE)
            release()
        except BaseException:
            release()
            raise

    def close(self) -> None:
        """Accept no more and drop handshakes that are under way."""
        self._closed = True
        for one in self.sockets:
            self._loop.remove_reader(one)
            one.close()
        for task in self._opening:
            task.cancel()

    async def wait_closed(self) -> None:
        """Return when no handshake is under way."""
        await asyncio.gather(*self._opening, return_exceptions=True)


def _hang_up(accepted: socket.socket) -> None:
    """End both directions; the event loop then finds the end and tells the protocol."""
    with contextlib.suppress(OSError):
        accepted.shutdown(socket.SHUT_RDWR)
