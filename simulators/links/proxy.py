"""The proxy between devices and their broker: all lines through it share one link, which is made bad from outside."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from enum import StrEnum

from simulators.links.way import CHUNK_BYTES, Conditions, Way, Weather

SOCKET_BUFFER_BYTES = 8 * 1024
"""The kernel's buffers are kept small: what waits in them has left its sender and is not under way."""
MAX_LINES = 256
"""Lines at once; more are reset."""


class Direction(StrEnum):
    """Which way bytes go."""

    UP = "up"  # from the devices to the broker
    DOWN = "down"


class LinkProxy:
    """Listens on loopback and passes on to ``host:port``; used as ``async with``. ``port`` is where devices connect."""

    def __init__(self, host: str, port: int, *, listen_port: int = 0, seed: int = 1) -> None:
        """``listen_port`` 0 takes a free one; ``seed`` draws the jitter."""
        self.port = listen_port
        self._target = (host, port)
        self._weather = {way: Weather(random.Random(f"{seed}/{way}")) for way in Direction}
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._resuming: dict[Direction, asyncio.TimerHandle] = {}

    async def __aenter__(self) -> LinkProxy:
        await self.restore()
        return self

    async def __aexit__(self, *_: object) -> None:
        for timer in self._resuming.values():
            timer.cancel()
        await self.cut()

    @property
    def lines(self) -> int:
        """How many lines go through the link."""
        return len(self._lines)

    def change(self, conditions: Conditions, *directions: Direction) -> None:
        """From now on the link is like this; both ways unless said."""
        for direction in directions or Direction:
            self._weather[direction].change(conditions)

    def stall(self, *directions: Direction, for_s: float | None = None) -> None:
        """Read and pass on nothing, for so long or until ``resume``; the lines stay, and what was sent comes later."""
        for direction in directions or Direction:
            self._forget_timer(direction)
            self._weather[direction].change(stalled=True)
            if for_s is not None:
                loop = asyncio.get_running_loop()
                self._resuming[direction] = loop.call_later(for_s, self.resume, direction)

    def resume(self, *directions: Direction) -> None:
        """What stood still goes on."""
        for direction in directions or Direction:
            self._forget_timer(direction)
            self._weather[direction].change(stalled=False)

    async def cut(self) -> None:
        """Reset all lines and let nobody connect. What is under way is lost."""
        if self._server is not None:
            self._server.close()
            self._server = None
        lines = list(self._lines)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    async def restore(self) -> None:
        """Let devices connect, at the same port as before. Raises OSError when it is taken."""
        if self._server is None:
            listening = socket.create_server(("127.0.0.1", self.port))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
            self.port = listening.getsockname()[1]
            self._server = await asyncio.start_server(self._carry, sock=listening, limit=CHUNK_BYTES)

    def _forget_timer(self, direction: Direction) -> None:
        timer = self._resuming.pop(direction, None)
        if timer is not None:
            timer.cancel()

    async def _carry(self, from_device: asyncio.StreamReader, to_device: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        ends = [to_device]
        ended_in_order = False
        try:
            if self._server is None or len(self._lines) >= MAX_LINES:
                return
            self._lines.add(line)
            from_broker, to_broker = await self._connect()
            ends.append(to_broker)
            for end in ends:
                end.transport.set_write_buffer_limits(high=0)  # what was written is with the kernel when it is drained
            async with asyncio.TaskGroup() as group:
                group.create_task(Way(from_device, to_broker, self._weather[Direction.UP]).run())
                group.create_task(Way(from_broker, to_device, self._weather[Direction.DOWN]).run())
            ended_in_order = True
        except* (OSError, asyncio.CancelledError):
            pass  # one side is gone, or the link was cut
        finally:
            self._lines.discard(line)
            for end in ends:
                if ended_in_order:
                    end.close()
                else:
                    _reset(end)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        connection = socket.socket()
        connection.setblocking(False)
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(connection, self._target)
            return await asyncio.open_connection(sock=connection, limit=CHUNK_BYTES)
        except BaseException:
            with contextlib.suppress(OSError):
                connection.close()
            raise


def _reset(end: asyncio.StreamWriter) -> None:
    """End a line as a broken one ends: the other side is told by a reset."""
    line = end.get_extra_info("socket")
    if line is not None:  # else the other side has ended it already
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.transport.abort()
