"""Who asks the relay for a stream has it from the last key picture on; the slow lose pictures and disturb nobody."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from itertools import islice, pairwise
from pathlib import Path

import pytest

from devices.protocol.clock import SystemClock
from hub.footage import errors
from hub.footage.coded import CodedPicture, Coding, Form, Record, RecordReader, StreamName, Word
from hub.footage.errors import Refused, SourceError, WrongPassword
from hub.footage.recorder.channel import MAX_CONSUMERS, MAX_WAITING_BYTES, Channel
from hub.footage.recorder.relay_server import RelayServer
from hub.footage.relay import open_relay, request
from hub.footage.sources.address import RelayAddress, relay_address
from hub.footage.sources.frames import open_live
from hub.footage.sources.opening import Patience
from hub.footage.sources.packets import PacketStream
from tests.devices.room import until
from tests.vision.drawn import Walker, film

FORM = Form(
    camera_id="C01", stream=StreamName.MAIN, coding=Coding.H264, codec="avc1.64001f", width_px=640, height_px=480
)
BOTH = (StreamName.MAIN, StreamName.SUB)


def picture(number: int, *, key: bool = False, size: int = 100) -> CodedPicture:
    return CodedPicture(number * 40_000, number * 40_000, key, False, bytes([number % 256]) * size)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RelayServer]:
    one = RelayServer(tmp_path / "relay" / "socket")
    one.start()
    yield one
    one.close()


async def _take(records: AsyncIterator[Record], count: int) -> list[Record]:
    async with asyncio.timeout(5):
        return [await anext(records) for _ in range(count)]


async def test_newcomer_has_the_form_and_the_pictures_since_the_last_key_picture(server: RelayServer) -> None:
    channel = server.offer("C01", BOTH)
    sent = [FORM, picture(0, key=True), picture(1), picture(2, key=True), picture(3)]
    for record in sent:
        channel.publish(record)
    relayed = await open_relay(str(server.path), "C01", StreamName.SUB)
    records = aiter(relayed)
    assert await _take(records, 3) == [FORM, *sent[3:]]
    channel.publish(picture(4))
    assert await _take(records, 1) == [picture(4)]
    relayed.close()
    await until(lambda: channel.consumers == 0, "the consumer is gone")


async def test_two_consumers_are_handed_the_same_while_a_third_that_reads_nothing_loses_up_to_a_key_picture(
    server: RelayServer,
) -> None:
    channel = server.offer("C01", BOTH)
    channel.publish(FORM)
    size = 64 * 1024
    sent = [picture(number, key=number % 50 == 0, size=size) for number in range(200)]
    relays = [await open_relay(str(server.path), "C01", StreamName.MAIN) for _ in range(2)]
    with socket.socket(socket.AF_UNIX) as idle:
        idle.connect(str(server.path))
        idle.sendall(request("C01", StreamName.MAIN))
        await until(lambda: channel.consumers == 3, "three consumers")
        heard: list[list[Record]] = [[], []]

        async def read(number: int) -> None:
            async for record in relays[number]:
                heard[number].append(record)

        reading = [asyncio.create_task(read(number)) for number in range(2)]
        for number, one in enumerate(sent):
            await asyncio.to_thread(channel.publish, one)
            await until(lambda number=number: min(len(one) for one in heard) >= number - 20, "both keep up")
        await until(lambda: all(len(one) == 201 for one in heard), "both heard all")
        assert heard[0] == heard[1] == [FORM, *sent]
        late = await asyncio.to_thread(_until_key_after_loss, idle, channel)
    assert late[0] == FORM
    pictures = [one for one in late if isinstance(one, CodedPicture)]
    assert len(pictures) * size < MAX_WAITING_BYTES + 2 * 1024 * 1024
    assert pictures[:-1] == sent[: len(pictures) - 1]
    assert pictures[-1].key
    assert pictures[-1].broken
    for task in reading:
        task.cancel()
    for relayed in relays:
        relayed.close()


def _until_key_after_loss(idle: socket.socket, channel: Channel) -> list[Record]:
    reader = RecordReader()
    heard: list[Record] = []
    idle.settimeout(0.3)
    with contextlib.suppress(TimeoutError):
        while piece := idle.recv(1 << 20):
            heard += reader.feed(piece)
    channel.publish(picture(201))
    channel.publish(picture(202, key=True))
    idle.settimeout(5)
    while not (isinstance(heard[-1], CodedPicture) and heard[-1].broken):
        heard += reader.feed(idle.recv(1 << 20))
    return heard


async def test_camera_that_nobody_reads_is_refused_in_both_languages(server: RelayServer) -> None:
    heard = [record async for record in await open_relay(str(server.path), "C77", StreamName.MAIN)]
    (word,) = heard
    assert isinstance(word, Word)
    assert "does not read this camera" in word.message_en
    assert "不读取" in word.message


async def test_more_consumers_than_a_stream_may_have_are_refused(server: RelayServer) -> None:
    channel = server.offer("C01", BOTH)
    channel.publish(FORM)
    relays = [await open_relay(str(server.path), "C01", StreamName.MAIN) for _ in range(MAX_CONSUMERS)]
    await until(lambda: channel.consumers == MAX_CONSUMERS, "as many as there may be")
    heard = [record async for record in await open_relay(str(server.path), "C01", StreamName.MAIN)]
    assert [one.code for one in heard if isinstance(one, Word)] == ["refused"]
    for relayed in relays:
        relayed.close()


@pytest.mark.parametrize("said", [b"letter\n", b'{"camera_id": "C01", "stream": "attic"}\n', b"x" * 3000])
def test_what_is_no_request_is_answered_so_and_closed(server: RelayServer, said: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(5)
        one.connect(str(server.path))
        one.sendall(said)
        answer = b""
        with contextlib.suppress(ConnectionError):
            while piece := one.recv(4096):
                answer += piece
        assert b"this is no request" in answer


def test_the_folder_of_the_relay_is_its_users_alone(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(PermissionError, match="0700"):
        RelayServer(tmp_path / "open" / "socket")


async def test_no_recorder_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="being started again"):
        await open_relay(str(tmp_path / "nothing"), "C01", StreamName.MAIN)
    with pytest.raises(Refused, match="being started again"):
        open_live(f"relay:{tmp_path}/nothing#C01/sub", clock=SystemClock())


@pytest.mark.parametrize("kind", [Refused, WrongPassword, errors.Stalled, errors.Unreadable, errors.NoSuchFile])
async def test_word_of_the_recorder_is_the_same_error_at_the_other_end(
    server: RelayServer, kind: type[SourceError]
) -> None:
    channel = server.offer("C01", BOTH)
    channel.publish(errors.word_of(kind("the camera is off", "摄像头断电")))
    with pytest.raises(SourceError, match="the camera is off") as told:
        await asyncio.to_thread(open_live, f"relay:{server.path}#C01/main", clock=SystemClock())
    assert type(told.value) is kind
    assert told.value.chinese == "摄像头断电"


async def test_frames_come_through_the_relay_as_they_were_drawn_and_dated(server: RelayServer, tmp_path: Path) -> None:
    clip = film(tmp_path / "gate.mp4", [Walker(100, 400, 80, 150)], seconds=2)
    channel = server.offer("C01", BOTH)
    source = PacketStream(str(clip), "C01", StreamName.MAIN, SystemClock(), started_at_us=1_000_000)
    said: Form | None = None
    for one in source.pictures():
        if one.form is not said:
            said = one.form
            channel.publish(said)
        channel.publish(one.picture)
    source.close()
    stream = await asyncio.to_thread(
        open_live, f"relay:{server.path}#C01/sub", clock=SystemClock(), patience=Patience(2.0, 2.0)
    )
    server.withdraw(channel)
    frames = await asyncio.to_thread(list, stream.frames())
    stream.close()
    assert frames[-1].wall_us == 1_000_000 + frames[-1].media_us
    assert [later.media_us - frame.media_us for frame, later in pairwise(frames)] == [100_000] * (len(frames) - 1)
    assert frames[0].pixels.grey().shape == (480, 640)


async def test_consumer_that_waits_for_a_camera_that_is_silent_is_told_so(server: RelayServer) -> None:
    server.offer("C01", BOTH)
    with pytest.raises(errors.Stalled, match="no picture from C01"):
        await asyncio.to_thread(
            open_live, f"relay:{server.path}#C01/main", clock=SystemClock(), patience=Patience(1.0, 0.2)
        )


def test_addresses_of_the_relay_read_as_they_are_written() -> None:
    address = RelayAddress("/tmp/a#b/socket", "C01", StreamName.SUB)
    assert relay_address(str(address)) == address
    for broken in ("rtsp://10.0.0.5/1", "relay:", "relay:/a/b", "relay:/a#C01", "relay:/a#C01/attic", "relay:#C01/sub"):
        assert relay_address(broken) is None


async def test_frames_end_when_the_camera_is_taken_from_the_recorder(server: RelayServer) -> None:
    channel = server.offer("C01", BOTH)
    channel.publish(FORM)
    stream = await asyncio.to_thread(open_live, f"relay:{server.path}#C01/main", clock=SystemClock())
    server.withdraw(channel)
    assert list(islice(stream.frames(), 1)) == []
    stream.close()
