"""The proxy between radios and broker: what it repeats and reorders, and what it leaves alone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench import mqtt
from hub.bridge import packets
from hub.bridge.packets import PINGREQ, PUBLISH
from simulators.faults.mqtt_proxy import MqttProxy
from tests.devices.room import DEADLINE_S

Packet = tuple[int, bytes]
SURELY = PUBLISH | 2
DUP = 0x08


class End:
    """A radio or a broker, by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._packets = packets.Packets()
        self._came: list[Packet] = []
        self.writer = writer

    async def next(self) -> Packet:
        """The next packet that arrives."""
        async with asyncio.timeout(DEADLINE_S):
            while not self._came:
                self._came += self._packets.feed(await self._reader.read(4096))
        return self._came.pop(0)


@asynccontextmanager
async def line() -> AsyncIterator[tuple[MqttProxy, End, End]]:
    came: asyncio.Queue[End] = asyncio.Queue()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await came.put(End(reader, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with MqttProxy(server.sockets[0].getsockname()[1], random.Random(1)) as proxy:
        radio = End(*await asyncio.open_connection("127.0.0.1", proxy.own_port))
        broker = await asyncio.wait_for(came.get(), DEADLINE_S)
        yield proxy, radio, broker
        for end in (radio, broker):
            end.writer.transport.abort()
    server.close()


def alert(name: int) -> bytes:
    return packets.publish_surely(name, "alert", b"%d" % name)


async def test_copy_comes_once_the_first_was_confirmed_and_its_confirmation_stays_here() -> None:
    async with line() as (proxy, radio, broker):
        proxy.weather.duplicated = 1.0
        broker.writer.write(alert(7))
        first, body = await radio.next()
        assert first == SURELY
        radio.writer.write(packets.puback(body[7:9]))
        assert await broker.next() == (0x40, b"\0\7")
        again, same = await radio.next()
        assert (again, same) == (SURELY | DUP, body)
        radio.writer.write(packets.puback(b"\0\7") + PINGREQ)
        assert await broker.next() == (PINGREQ[0], b"")
        assert proxy.weather.counts == {"duplicated": 1}


async def test_messages_overtake_each_other_and_all_arrive() -> None:
    async with line() as (proxy, radio, broker):
        proxy.weather.late = 1.0
        radio.writer.write(b"".join(alert(name) for name in range(1, 21)))
        payloads = [int((await broker.next())[1][10:]) for _ in range(20)]
        assert payloads != sorted(payloads)
        assert sorted(payloads) == list(range(1, 21))


async def test_what_is_not_to_be_confirmed_passes_at_once_and_once() -> None:
    async with line() as (proxy, radio, broker):
        proxy.weather.duplicated = proxy.weather.late = 1.0
        radio.writer.write(mqtt.retained("birth", b"1") + PINGREQ)
        assert await broker.next() == (PUBLISH | 1, b"\0\5birth\0" + b"1")
        assert await broker.next() == (PINGREQ[0], b"")


async def test_cut_line_is_reset_at_both_ends() -> None:
    async with line() as (proxy, radio, broker):
        radio.writer.write(PINGREQ)
        await broker.next()
        assert proxy.cut(1.0) == 1
        for end in (radio, broker):
            try:
                assert await asyncio.wait_for(end._reader.read(), DEADLINE_S) == b""
            except ConnectionResetError:
                continue
