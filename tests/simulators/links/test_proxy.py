"""The bad link that other tests and people put between a device and its broker."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from simulators.links import Conditions, Direction, LinkProxy
from simulators.links.__main__ import Hand
from tests.devices.room import DEADLINE_S, until

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
TRIES = 3


@asynccontextmanager
async def ends(*, rate: float | None = None) -> AsyncIterator[tuple[LinkProxy, Streams, Streams]]:
    """A device and a broker that have a line through a link."""
    came: asyncio.Queue[Streams] = asyncio.Queue()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await came.put((reader, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with LinkProxy("127.0.0.1", port) as proxy:
        proxy.change(Conditions(bytes_per_s=rate))
        device = await asyncio.open_connection("127.0.0.1", proxy.port)
        broker = await asyncio.wait_for(came.get(), DEADLINE_S)
        try:
            yield proxy, device, broker
        finally:
            later = [came.get_nowait() for _ in range(came.qsize())]
            for _, writer in (device, broker, *later):
                writer.transport.abort()
            server.close()


async def passes(giver: Streams, taker: Streams, data: bytes) -> float:
    """Send bytes, wait until they are there, and return the seconds that it took."""
    began_s = time.monotonic()
    giver[1].write(data)
    assert await asyncio.wait_for(taker[0].readexactly(len(data)), DEADLINE_S) == data
    return time.monotonic() - began_s


async def passes_within(most_s: float, giver: Streams, taker: Streams, data: bytes) -> float:
    """The seconds that ``passes`` took; tried again where they were more, since the machine itself stands still too."""
    for _ in range(TRIES):
        took_s = await passes(giver, taker, data)
        if took_s <= most_s:
            return took_s
    raise AssertionError(f"took {took_s:.3f} s, more than {most_s} s, {TRIES} times")


async def test_good_link_passes_everything_both_ways_in_order() -> None:
    data = bytes(range(256)) * 400
    async with ends() as (_, device, broker):
        await passes(device, broker, data)
        await passes(broker, device, data)


async def test_stalled_link_passes_nothing_and_then_all_of_it() -> None:
    async with ends() as (proxy, device, broker):
        proxy.stall(Direction.DOWN)
        down = asyncio.create_task(passes(broker, device, b"down"))
        await passes(device, broker, b"up")
        assert not down.done()
        proxy.resume(Direction.DOWN)
        await down


async def test_link_that_stalls_for_a_time_goes_on_by_itself() -> None:
    async with ends() as (proxy, device, broker):
        proxy.stall(Direction.DOWN, for_s=0.3)
        assert await passes(broker, device, b"down") >= 0.28


async def test_sender_into_a_stalled_link_must_wait() -> None:
    async with ends() as (proxy, device, _):
        proxy.stall()
        sent = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                while sent < 50_000_000:
                    device[1].write(bytes(65536))
                    sent += 65536
                    await device[1].drain()
        assert sent < 20_000_000, "the kernel's buffers on this machine, and what the link holds"


async def test_slow_link_passes_so_many_bytes_a_second() -> None:
    async with ends(rate=20_000) as (_, device, broker):
        assert await passes_within(0.8, device, broker, bytes(8_000)) >= 0.3


async def test_late_link_delays_each_byte_and_keeps_the_order() -> None:
    async with ends() as (proxy, device, broker):
        proxy.change(Conditions(delay_s=0.1, jitter_s=0.05), Direction.UP)
        assert await passes_within(0.3, device, broker, b"a") >= 0.1
        await passes_within(0.1, broker, device, b"b")
        for number in range(50):
            device[1].write(bytes((number,)))
            await asyncio.sleep(0.001)
        assert await asyncio.wait_for(broker[0].readexactly(50), DEADLINE_S) == bytes(range(50))


async def test_cut_link_resets_both_sides_and_nobody_connects_until_it_is_restored() -> None:
    async with ends() as (proxy, device, broker):
        await proxy.cut()
        for reader, _ in (device, broker):
            with pytest.raises(ConnectionResetError):
                await asyncio.wait_for(reader.readexactly(1), DEADLINE_S)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", proxy.port)
        await proxy.restore()
        _, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        await until(lambda: proxy.lines == 1, "the line is there again")
        writer.close()


async def test_lines_typed_by_hand_change_the_link() -> None:
    async with ends() as (proxy, device, broker):
        hand = Hand(proxy, Conditions())
        for line in ("rate 1000000", "delay 0.01 0.02 up", "delay 0", "rate 0 down", "stall down", "resume"):
            assert await hand.take(line)
        await passes(device, broker, b"x")
        assert not await hand.take("quit")
        with pytest.raises(ValueError, match="'storm' is none of stall"):
            await hand.take("storm")
        with pytest.raises(ValueError, match="a rate is more than 0"):
            await hand.take("rate -1")


async def test_link_runs_on_a_command_line() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulators.links", "--to", "127.0.0.1:9"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), DEADLINE_S)
    assert line.startswith(b"127.0.0.1:")
    await asyncio.wait_for(process.communicate(b"quit\n"), DEADLINE_S)
    assert process.returncode == 0
