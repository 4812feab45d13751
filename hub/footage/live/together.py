"""Sockets that are read together: a loop that is woken for each record of many streams spends its time on waking."""

from __future__ import annotations

import asyncio
import select
import socket

GATHERED_S = 0.02
"""What comes so soon after what was read last waits, and is read together; what comes after a pause is read at once."""


class Together:
    """Any number of sockets of one event loop, each read by one task; nothing is held while none is open."""

    def __init__(self) -> None:
        self._epoll: select.epoll | None = None
        self._waiting: dict[int, asyncio.Future[None] | None] = {}  # by descriptor, of every open socket

    def add(self, connection: socket.socket) -> None:
        """A connected socket that does not block."""
        if self._epoll is None:
            self._epoll = select.epoll()
            asyncio.get_running_loop().add_reader(self._epoll.fileno(), self._begin)
        self._epoll.register(connection, select.EPOLLIN)
        self._waiting[connection.fileno()] = None

    def close(self, connection: socket.socket) -> None:
        """Close a socket, once or again."""
        number = connection.fileno()
        if number < 0 or self._epoll is None:
            return
        self._epoll.unregister(connection)
        waits = self._waiting.pop(number)
        if waits is not None:
            waits.cancel()
        connection.close()
        if not self._waiting:
            asyncio.get_running_loop().remove_reader(self._epoll.fileno())
            self._epoll.close()
            self._epoll = None

    async def read(self, connection: socket.socket, most_bytes: int) -> bytes:
        """What has come, at least a byte; empty at the end, or once it is closed. Raises OSError."""
        while (number := connection.fileno()) >= 0:
            waits = self._waiting[number] = asyncio.get_running_loop().create_future()
            await waits
            try:
                return connection.recv(most_bytes)
            except BlockingIOError:
                continue
        return b""

    def _begin(self) -> None:
        """Something came after a pause."""
        assert self._epoll is not None
        asyncio.get_running_loop().remove_reader(self._epoll.fileno())
        self._collect(self._epoll)

    def _collect(self, epoll: select.epoll) -> None:
        """Wake those for whom something came; again after a while, until nothing did meanwhile."""
        if epoll is not self._epoll:
            return  # closed, and perhaps opened anew
        loop = asyncio.get_running_loop()
        came = epoll.poll(0)
        for number, _ in came:
            waits = self._waiting.get(number)
            if waits is not None and not waits.done():
                waits.set_result(None)
        if came:
            loop.call_later(GATHERED_S, self._collect, epoll)
        else:
            loop.add_reader(epoll.fileno(), self._begin)
