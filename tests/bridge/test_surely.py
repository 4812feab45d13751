"""What the hub says at QoS 1: no more at once than the broker takes, in order; a line that ends keeps nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiomqtt
import pytest

from hub.bridge import packets
from hub.bridge.incoming import read_here
from hub.bridge.surely import Away, Surely
from tests.devices.room import DEADLINE_S

TAKES_AT_ONCE = 3


class BrokerByHand:
    """One client's line, and what it has published."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._stream = packets.Packets()
        self._came: list[tuple[int, bytes]] = []
        self.writer = writer

    async def next(self) -> tuple[int, bytes]:
        async with asyncio.timeout(DEADLINE_S):
            while not self._came:
                self._came += self._stream.feed(await self._reader.read(4_096))
        return self._came.pop(0)

    async def published(self) -> tuple[bytes, str]:
        """The number and the text of the next publish."""
        first, body = await self.next()
        assert first == packets.PUBLISH | 2
        end = 2 + int.from_bytes(body[:2], "big")
        return body[end : end + 2], body[-2:].decode()

    def has_more(self) -> bool:
        return bool(self._came)


@asynccontextmanager
async def line() -> AsyncIterator[tuple[Surely, BrokerByHand]]:
    came: asyncio.Queue[BrokerByHand] = asyncio.Queue()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        broker = BrokerByHand(reader, writer)
        await broker.next()
        properties = b"\x21" + TAKES_AT_ONCE.to_bytes(2, "big")
        writer.write(packets.packet(packets.CONNACK, b"\0\0" + bytes((len(properties),)) + properties))
        await came.put(broker)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    client = aiomqtt.Client("127.0.0.1", server.sockets[0].getsockname()[1], protocol=aiomqtt.ProtocolVersion.V5)
    surely = Surely(client)
    read_here(client, lambda topic, payload, retained: None, surely)
    try:
        async with client:
            broker = await came.get()
            yield surely, broker
            broker.writer.write(b"\xe0\0")
            broker.writer.close()
    except aiomqtt.MqttError:
        pass  # the broker hung up first
    finally:
        server.close()


async def test_no_more_are_under_way_than_the_broker_takes_and_the_others_follow_in_order() -> None:
    async with line() as (surely, broker):
        words = [f"{number:02}" for number in range(10)]
        handed = [surely.hand_over("t", word.encode(), 60) for word in words]
        heard: list[tuple[bytes, str]] = [await broker.published() for _ in range(TAKES_AT_ONCE)]
        assert not broker.has_more()
        for place in range(len(words)):
            broker.writer.write(packets.puback(heard[place][0]))
            await asyncio.wait_for(handed[place], DEADLINE_S)
            assert sum(one.done() for one in handed) == place + 1
            if len(heard) < len(words):
                heard.append(await broker.published())
        assert [word for _, word in heard] == words


async def test_line_that_ends_gives_back_at_once_what_the_broker_has_not_taken() -> None:
    async with line() as (surely, broker):
        taken, *others = [surely.hand_over("t", b"%02d" % number, 60) for number in range(5)]
        number, _ = await broker.published()
        broker.writer.write(packets.puback(number))
        await asyncio.wait_for(taken, DEADLINE_S)
        surely.end()
        for one in others:
            with pytest.raises(Away):
                await asyncio.wait_for(one, DEADLINE_S)
        with pytest.raises(Away):
            surely.say("t", b"late")
