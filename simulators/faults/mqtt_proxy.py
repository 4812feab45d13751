"""A proxy between radios and broker that takes MQTT packets apart: some come twice, some late and out of order.

Only messages at QoS 1 that are not retained are touched, in both directions. A copy carries DUP and goes out only after
the receiver has confirmed the first: from then on MQTT 5 (4.3.2) has the receiver take it as a message of its own. What
the receiver says to the copy stays here, since its sender knows of none.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from typing import cast

from hub.bridge.packets import PUBLISH, Packets, packet

_PUBACK = 0x40
_KIND, _QOS, _QOS_1, _DUP, _RETAIN = 0xF0, 0x06, 0x02, 0x08, 0x01
LATE_S = 0.6
"""A message is late by at most so much, and a copy comes at most so much after the first."""
MOST_WAITING = 16
"""Pieces that wait for a line to the broker; what is more is dropped, as the line would be."""


class Weather:
    """What all lines have in common; shares of 0 to 1."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.duplicated = 0.0
        self.late = 0.0
        self.counts: Counter[str] = Counter()


class _Way(asyncio.Protocol):
    """One end of a line: what arrives here goes to the other end."""

    def __init__(self, weather: Weather) -> None:
        self.other: _Way
        self.transport: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        """What is to be said here before this end is there: a radio's CONNECT."""
        self._weather = weather
        self._packets = Packets()
        self._answers: defaultdict[bytes, deque[bool]] = defaultdict(deque)
        """For each packet name that was given to this end, in order: whether it was a copy."""
        self._copies: dict[bytes, bytes] = {}
        """Messages given to this end that are to come again once it has confirmed them."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(b"".join(self._waiting))
        self._waiting.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.other.end()

    def pause_writing(self) -> None:
        if self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other.transport is not None:
            self.other.transport.resume_reading()

    def end(self) -> None:
        """Reset this end."""
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        together: list[bytes] = []
        for first, body in self._packets.feed(data):
            if first & _KIND == _PUBACK:
                if self._was_copy(body[:2]):
                    continue
            elif first & _KIND == PUBLISH and first & _QOS == _QOS_1 and not first & _RETAIN:
                if self._weather.late and self._weather.rng.random() < self._weather.late:
                    self._weather.counts["late"] += 1
                    asyncio.get_running_loop().call_later(
                        self._weather.rng.uniform(0.0, LATE_S), self.other.give_message, first, body
                    )
                else:
                    self.other.give(b"".join(together))
                    together.clear()
                    self.other.give_message(first, body)
                continue
            together.append(packet(first, body))
        self.other.give(b"".join(together))

    def give(self, data: bytes) -> None:
        """Say this to whoever is at this end."""
        if data and self.transport is not None:
            self.transport.write(data)
        elif data and len(self._waiting) < MOST_WAITING:
            self._waiting.append(data)

    def give_message(self, first: int, body: bytes, *, copy: bool = False) -> None:
        """Say a message at QoS 1 to whoever is at this end."""
        name = _name(body)
        if not copy and self._weather.duplicated and self._weather.rng.random() < self._weather.duplicated:
            self._copies[name] = body
        self._answers[name].append(copy)
        self.give(packet(first | _DUP if copy else first, body))

    def _was_copy(self, name: bytes) -> bool:
        """Whoever is at this end confirmed a message of that name."""
        waiting = self._answers.get(name)
        was_copy = waiting.popleft() if waiting else False
        if not waiting:
            self._answers.pop(name, None)
        again = None if was_copy else self._copies.pop(name, None)
        if again is not None:
            self._weather.counts["duplicated"] += 1
            asyncio.get_running_loop().call_later(self._weather.rng.uniform(0.0, LATE_S), self._give_copy, again)
        return was_copy

    def _give_copy(self, body: bytes) -> None:
        self.give_message(PUBLISH | _QOS_1, body, copy=True)


def _name(body: bytes) -> bytes:
    """The two bytes that name a PUBLISH at QoS 1."""
    topic_end = 2 + int.from_bytes(body[:2], "big")
    return body[topic_end : topic_end + 2]


class MqttProxy:
    """Listens on loopback and passes on to ``port``; used as ``async with``. ``own_port`` is where radios connect."""

    def __init__(self, port: int, rng: random.Random) -> None:
        self.own_port = 0
        self.weather = Weather(rng)
        self._port = port
        self._server: asyncio.Server | None = None
        self._lines: dict[_Way, None] = {}
        self._opening: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> MqttProxy:
        self._server = await asyncio.get_running_loop().create_server(self._device, "127.0.0.1", 0)
        self.own_port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut(1.0)
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)

    def cut(self, share: float) -> int:
        """Reset this share of the lines, at least one; how many."""
        lines = list(self._lines)
        struck = self.weather.rng.sample(lines, min(len(lines), max(1, round(share * len(lines)))))
        for line in struck:
            line.end()
        return len(struck)

    def _device(self) -> _Device:
        return _Device(self.weather, self._lines, self._reach)

    def _reach(self, device: _Device) -> None:
        task = asyncio.get_running_loop().create_task(self._connect(device))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self, device: _Device) -> None:
        broker = device.other
        try:
            await asyncio.get_running_loop().create_connection(lambda: broker, "127.0.0.1", self._port)
        except OSError:
            device.end()
            return
        if device.transport is None:
            broker.end()


class _Device(_Way):
    """The end at which a radio is."""

    def __init__(self, weather: Weather, lines: dict[_Way, None], reach: Callable[[_Device], None]) -> None:
        super().__init__(weather)
        self.other = _Way(weather)
        self.other.other = self
        self._lines = lines
        self._reach = reach

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._lines[self] = None
        self._reach(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lines.pop(self, None)
        super().connection_lost(exc)
