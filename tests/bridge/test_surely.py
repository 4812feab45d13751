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
from tests.devices.room import DEADLINE_S, until

TAKES_AT_ONCE = 3


class BrokerByHand:
    """One client's line, and what it has published."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._stream = packets.Packets()
        self._came: list[tuple[int, bytes]] = []
        self.writer = writer
        self.refused: list[str] = []
        """The topics of what the hub knows to be refused."""

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
    refused: list[str] = []
    surely = Surely(client, lambda topic, why: refused.append(topic))
    read_here(client, lambda topic, payload, retained: None, surely)
    try:
        async with client:
            broker = await came.get()
            broker.refused = refused
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


async def test_what_the_broker_refuses_is_not_taken_and_is_told_of() -> None:
    """MQTT 5.0, 3.4.2.1: a reason from 0x80 on; 0x10 says only that nobody listens."""
    async with line() as (surely, broker):
        quota_exceeded, nobody_listens = b"\x97", b"\x10"
        refused, taken = surely.hand_over("full", b"01", 60), surely.hand_over("t", b"02", 60)
        surely.say("never", b"03")
        for reason in (quota_exceeded, nobody_listens, quota_exceeded):
            number, _ = await broker.published()
            broker.writer.write(packets.packet(packets.PUBACK, number + reason))
        with pytest.raises(Away, match="0x97"):
            await asyncio.wait_for(refused, DEADLINE_S)
        await asyncio.wait_for(taken, DEADLINE_S)
        await until(lambda: broker.refused == ["full", "never"], "both are told of")


async def test_word_that_waits_for_others_is_not_given_up_before_it_was_sent() -> None:
    async with line() as (surely, broker):
        first = surely.hand_over("t", b"01", 60, patience_s=0.05)
        others = [surely.hand_over("t", word, 60) for word in (b"02", b"03")]
        waits = surely.hand_over("t", b"04", 60, patience_s=0.01)
        with pytest.raises(Away, match="not taken"):
            await asyncio.wait_for(first, DEADLINE_S)
        assert not waits.done(), "a second one would wait behind it"
        sent = [await broker.published() for _ in range(TAKES_AT_ONCE)]
        broker.writer.write(packets.puback(sent[0][0]))
        assert (await broker.published())[1] == "04"
        with pytest.raises(Away, match="not taken"):
            await asyncio.wait_for(waits, DEADLINE_S)
        assert not any(one.done() for one in others)


async def test_word_that_was_called_off_while_it_waited_is_not_sent() -> None:
    async with line() as (surely, broker):
        words = [surely.hand_over("t", b"%02d" % number, 60, patience_s=None) for number in range(TAKES_AT_ONCE + 2)]
        words[TAKES_AT_ONCE].cancel()
        numbers = [(await broker.published())[0] for _ in range(TAKES_AT_ONCE)]
        broker.writer.write(packets.puback(numbers[0]))
        assert (await broker.published())[1] == f"{TAKES_AT_ONCE + 1:02}"
