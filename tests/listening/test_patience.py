"""Who is slow is not waited for for ever; who speaks in time is served; every place is given back."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from websockets import ConnectionClosed
from websockets.asyncio.client import ClientConnection, connect

from hub.listening.turned_away import Reason
from tests.devices.room import until
from tests.listening.served import LARGE_BYTES, Line, Served, serving

GET = b"GET / HTTP/1.1\r\nhost: hub.lan\r\n\r\n"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits 0.3 s instead of 10, 60 and 5."""
    monkeypatch.setattr("hub.listening.protocols.HEAD_WITHIN_S", 0.3)
    monkeypatch.setattr("hub.listening.protocols.BODY_WITHIN_S", 0.3)
    monkeypatch.setattr("hub.listening.protocols.LOOK_AT_READING_S", 0.3)
    monkeypatch.setattr("hub.listening.listener.HANDSHAKE_WITHIN_S", 0.3)


async def drip(served: Served, data: bytes, *, plain: bool = False) -> Reason:
    """Send ``data`` a byte at a time, well within each wait, until the server ends it; why it did."""
    before = dict(served.turned_away.counts)
    line = await served.connect(plain=plain)
    ended = asyncio.create_task(line.ended())
    for byte in data:
        line.say(bytes([byte]))
        if (await asyncio.wait([ended], timeout=0.05))[0]:
            break
    assert await ended
    line.close()
    await until(lambda: served.open == 0, "its place is given back")
    (reason,) = [reason for reason, count in served.turned_away.counts.items() if count > before[reason]]
    return reason


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("tls", [False, True])
async def test_head_that_comes_byte_by_byte_ends_in_time(tmp_path: Path, tls: bool) -> None:
    async with serving(tmp_path if tls else None) as served:
        assert await drip(served, b"GET / HTTP/1.1\r\nx: " + b"y" * 10_000) is Reason.SLOW_HEAD


async def drip_body(line: Line) -> None:
    """A byte now and then, for ever."""
    while True:
        line.say(b"x")
        await asyncio.sleep(0.05)


@pytest.mark.usefixtures("impatient")
async def test_body_that_comes_byte_by_byte_ends_in_time() -> None:
    async with serving() as served:
        head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9999\r\n\r\n"
        line = await served.connect()
        line.say(head)
        dripping = asyncio.create_task(drip_body(line))
        assert await line.ended()
        dripping.cancel()
        assert served.count(Reason.SLOW_BODY) == 1
        line.close()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("close", [b"", b"connection: close\r\n"])
async def test_connection_that_takes_no_answer_ends_in_time(tmp_path: Path, tls: bool, close: bytes) -> None:
    async with serving(tmp_path if tls else None) as served:
        line = await served.connect()
        line.writer.transport.pause_reading()  # type: ignore[attr-defined]
        line.say(b"GET /large HTTP/1.1\r\nhost: a\r\n%s\r\n" % close + 20 * GET)
        await until(lambda: served.count(Reason.NOT_READING) == 1, "it is ended")
        await until(lambda: served.open == 0, "its place is given back")
        line.close()


@pytest.mark.parametrize("tls", [False, True])
async def test_who_takes_a_large_answer_slowly_but_steadily_gets_all_of_it(
    tmp_path: Path, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.listening.protocols.LOOK_AT_READING_S", 0.5)
    async with serving(tmp_path if tls else None) as served:
        line = await served.connect()
        line.say(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n")
        await line.reader.readuntil(b"\r\n\r\n")
        for _ in range(LARGE_BYTES // 2**20):
            await line.reader.readexactly(2**20)
            await asyncio.sleep(0.05)  # three looks in all
        assert served.count(Reason.NOT_READING) == 0
        line.close()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("tls", [False, True])
async def test_connection_that_says_nothing_ends_in_time(tmp_path: Path, tls: bool) -> None:
    async with serving(tmp_path if tls else None) as served:
        line = await served.connect()
        assert await line.ended()
        assert served.count(Reason.SLOW_HEAD) == 1
        line.close()


@pytest.mark.usefixtures("impatient")
async def test_handshake_that_never_comes_ends_in_time(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        line = await served.connect(plain=True)
        await until(lambda: served.open == 1, "it is counted before its handshake")
        assert await line.ended()
        await until(lambda: served.open == 0, "its place is given back")
        assert served.count(Reason.HANDSHAKE) == 1
        line.close()


@pytest.mark.usefixtures("impatient")
async def test_second_request_that_comes_byte_by_byte_ends_in_time() -> None:
    async with serving() as served:
        line = await served.connect()
        line.say(GET)
        assert (await line.hear()).endswith(b"\r\n\r\n0")
        line.say(b"G")
        assert await line.ended()
        assert served.count(Reason.SLOW_HEAD) == 1
        line.close()


@pytest.mark.parametrize("tls", [False, True])
async def test_requests_one_after_another_are_answered_on_one_connection(tmp_path: Path, tls: bool) -> None:
    async with serving(tmp_path if tls else None) as served:
        line = await served.connect()
        for length in (0, 5, 70_000):
            line.say(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n" % length + b"x" * length)
            assert (await line.hear()).endswith(b"\r\n\r\n%d" % length)
        line.say(GET + GET)
        assert [(await line.hear())[-1:] for _ in range(2)] == [b"0", b"0"]
        line.close()
        await until(lambda: served.open == 0, "its place is given back")
        assert set(served.turned_away.counts.values()) == {0}


async def test_websocket_holds_its_place_until_it_ends() -> None:
    async with serving(resting=1) as served:
        async with connect(f"ws://127.0.0.1:{served.port}/") as socket:
            silent = [
                await served.connect("127.0.0.5") for _ in range(3)
            ]  # each gives way to the next, the websocket to none
            await socket.send("喂")
            assert await socket.recv() == "喂"
            await until(lambda: served.open == 2, "one websocket and one silent connection")
            assert await silent[0].ended() and await silent[1].ended()
        await until(lambda: served.open == 1, "the websocket's place is given back")
        for line in silent:
            line.close()


async def websocket_that_stops_reading(served: Served) -> ClientConnection:
    """A websocket whose client reads no more, and has little room for what it does not read."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", served.port))
    silent = await connect(f"ws://127.0.0.1:{served.port}/", sock=narrow, close_timeout=None)
    silent.transport.pause_reading()
    return silent


@pytest.mark.usefixtures("impatient")
async def test_websocket_is_waited_for_as_long_as_it_likes() -> None:
    async with serving() as served, connect(f"ws://127.0.0.1:{served.port}/") as socket:
        line = await served.connect()
        assert await line.ended()  # all patience with a request that began before it is at its end
        line.close()
        await socket.send("喂")
        assert await socket.recv() == "喂"
        assert served.open == 1


@pytest.mark.usefixtures("impatient")
async def test_websocket_that_stops_reading_is_ended_and_another_is_served_meanwhile() -> None:
    async with serving() as served, connect(f"ws://127.0.0.1:{served.port}/") as other:
        silent = await websocket_that_stops_reading(served)
        said = asyncio.create_task(say_without_end(silent))
        while served.count(Reason.NOT_READING) == 0:
            await other.send("喂")
            assert await other.recv() == "喂"
        await until(lambda: served.open == 1, "its place is given back")
        assert isinstance(await said, ConnectionClosed | OSError)
        await other.send("喂")
        assert await other.recv() == "喂"
        assert served.count(Reason.NOT_READING) == 1


async def say_without_end(client: ClientConnection) -> Exception:
    """Why the client could say no more; each word is said back to it."""
    try:
        while True:
            await client.send("x" * 60_000)
    except (ConnectionClosed, OSError) as ended:
        return ended


@pytest.mark.usefixtures("impatient")
async def test_websocket_that_says_goodbye_and_does_not_take_the_rest_gives_its_place_back() -> None:
    async with serving() as served:
        silent = await websocket_that_stops_reading(served)
        (line,) = served.server.server_state.connections
        while line.transport.get_write_buffer_size() == 0:
            line.transport.write(bytes(16 * 1024))  # less than what pauses writing
            await asyncio.sleep(0)
        goodbye = asyncio.create_task(silent.close())
        await until(lambda: served.open == 0, "its place is given back")
        assert served.count(Reason.NOT_READING) == 1
        silent.transport.abort()  # it does not look, so it does not know
        await goodbye


async def test_head_over_16_kib_and_what_is_no_http_are_refused_and_counted() -> None:
    async with serving() as served:
        for said in (b"GET / HTTP/1.1\r\nx: " + b"y" * 20_000, b"\x16\x03\x01 no http\r\n\r\n"):
            line = await served.connect()
            line.say(said)
            assert b"400" in await line.reader.readline()
            line.close()
        assert served.count(Reason.MALFORMED) == 2


async def test_plain_http_where_tls_is_spoken_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        line = await served.connect(plain=True)
        line.say(GET)
        assert await line.ended()
        await until(lambda: served.count(Reason.HANDSHAKE) == 1, "it is counted")
        line.close()


async def test_one_address_with_too_many_busy_connections_is_refused_and_another_is_served() -> None:
    async with serving(of_address=2) as served:
        busy = []
        for _ in range(2):
            line = await served.connect("127.0.0.5")
            line.say(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n")
            busy.append(line)
        await until(lambda: served.server.connections.resting == 0 and served.open == 2, "both are busy")
        third = await served.connect("127.0.0.5")
        assert await third.ended()
        assert served.count(Reason.TOO_MANY_OF_ADDRESS) == 1
        other = await served.connect("127.0.0.6")
        other.say(GET)
        assert (await other.hear()).endswith(b"0")
        busy[0].say(b"12345")
        assert (await busy[0].hear()).endswith(b"5")
        for line in (*busy, third, other):
            line.close()


async def test_nobody_is_believed_who_says_to_speak_for_another_address() -> None:
    async with serving() as served:
        line = await served.connect()
        line.say(b"GET /address HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 10.9.8.7\r\nx-forwarded-proto: https\r\n\r\n")
        assert (await line.hear()).endswith(b"http 127.0.0.1")
        line.close()


async def test_hub_at_all_addresses_answers_ipv4_too_and_counts_it_as_such() -> None:
    async with serving(host="::") as served:
        line = await served.connect("127.0.0.5")
        line.say(b"GET /address HTTP/1.1\r\nhost: a\r\n\r\n")
        assert (await line.hear()).endswith(b"http 127.0.0.5")
        line.close()
