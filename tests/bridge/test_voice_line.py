"""The hub's connection for voice: in order, back after the broker was gone, bounded in what waits."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from devices.link import BrokerAddress
from hub.bridge import packets
from hub.bridge.voice_line import VoiceLine
from hub.tasks import end_tasks
from tests.devices.room import mqtt_client, open_broker, until

TOPIC = "qs/1/group/all/voice"


@asynccontextmanager
async def open_line(address: BrokerAddress) -> AsyncIterator[VoiceLine]:
    """A line that is open."""
    line = VoiceLine(address, "hub-voice")
    running = asyncio.create_task(line.run())
    try:
        await until(lambda: line.is_open, "the line is open")
        yield line
    finally:
        await end_tasks(running)


async def test_packets_arrive_in_order_and_the_line_comes_back_after_its_broker(tmp_path: Path) -> None:
    async with open_broker("managed", tmp_path) as broker, open_line(broker.hub_address) as line:
        async with mqtt_client(broker.hub_address) as listener:
            await listener.subscribe(TOPIC)
            for number in range(200):
                assert line.publish(TOPIC, b"%d" % number)
            heard = [(await anext(listener.messages)).payload for _ in range(200)]
        assert heard == [b"%d" % number for number in range(200)]
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGKILL)
        await until(lambda: not line.is_open, "the line ends with its broker")
        await until(lambda: line.is_open, "the line is open again")


async def test_voice_for_a_broker_that_does_not_read_is_dropped_past_the_bound() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(packets.packet(packets.CONNACK, b"\0\0\0"))
        await over.wait()
        writer.transport.abort()

    over = asyncio.Event()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, open_line(BrokerAddress("127.0.0.1", server.sockets[0].getsockname()[1])) as line:
        packet = bytes(60_000)
        await until(lambda: not line.publish(TOPIC, packet), "what waits has reached its bound")
        assert line.is_open
        over.set()
        await until(lambda: not line.is_open, "the line has ended")


async def test_line_whose_broker_has_closed_its_side_alone_is_open_no_more() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(packets.packet(packets.CONNACK, b"\0\0\0") + packets.packet(packets.PINGRESP, b""))
        await closing.wait()
        writer.write_eof()  # and goes on reading
        await over.wait()
        writer.transport.abort()

    closing, over = asyncio.Event(), asyncio.Event()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, open_line(BrokerAddress("127.0.0.1", server.sockets[0].getsockname()[1])) as line:
        assert line.publish(TOPIC, b"0")
        closing.set()
        await until(lambda: not line.is_open, "the line has ended", deadline_s=1.0)
        over.set()
