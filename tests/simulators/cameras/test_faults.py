"""Cameras that go wrong while they are watched, and what they sent of it."""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest

from devices.protocol.clock import SystemClock
from simulators.cameras import units
from simulators.cameras.control import Told, obey
from simulators.cameras.faults import Fault
from simulators.cameras.sent import Sent, read_sent
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import Tape, read_tape
from simulators.cameras.units import Coding
from tests.simulators.cameras.conftest import FRAMES, write_film
from tests.simulators.cameras.talk import DEADLINE_S, Talk


@pytest.fixture(scope="session")
def modern_tape(tmp_path_factory: pytest.TempPathFactory) -> Tape:
    return read_tape(write_film(tmp_path_factory.mktemp("films") / "C02.mp4", "libx265"))


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
async def cameras(tape: Tape, modern_tape: Tape, sent: Sent) -> AsyncIterator[CameraServer]:
    tapes = {"C01": tape, "C01/sub": tape, "C02": modern_tape}
    async with CameraServer(tapes, SystemClock(), random.Random(5), others={"C02": modern_tape}, sent=sent) as server:
        yield server


def _packets(url: str, count: int, transport: str = "tcp") -> list[tuple[bytes, float | None, str]]:
    """Each picture's own units' fingerprint, its time in seconds, its coding."""
    found = []
    with av.open(url, options={"rtsp_transport": transport, "timeout": "4000000", "analyzeduration": "1"}) as container:
        video = container.streams.video[0]
        coding = Coding(video.codec_context.name)
        for packet in container.demux(video):
            at = None if packet.pts is None else float(packet.pts * (video.time_base or 1))
            found.append((units.fingerprint(units.of_annex_b(bytes(packet)), coding), at, coding.name))
            if len(found) == count:
                break
    return found


@pytest.mark.parametrize("stream_id", ["C01/sub", "C02"])
async def test_every_picture_that_a_client_has_is_written_down_as_sent_in_its_order(
    cameras: CameraServer, sent: Sent, stream_id: str, tmp_path: Path
) -> None:
    had = [one[0] for one in await asyncio.to_thread(_packets, cameras.url(stream_id), 8)]
    assert obey(b'{"type": "sent", "path": "%s"}' % str(tmp_path / "sent").encode(), cameras, sent) == Told()
    report = read_sent(tmp_path / "sent")
    entries = report.streams[stream_id].entries()
    assert [report.fingerprints[tape][index] for tape, index, *_ in entries][:8] == had
    assert len(set(had)) == 8
    assert all(whole and connection == 0 for _, _, _, whole, connection in entries)


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.PASSWORD])
async def test_a_camera_that_is_cut_off_drops_its_watcher(cameras: CameraServer, fault: Fault) -> None:
    async with Talk.with_server(cameras.port) as talk:
        await talk.play(cameras.url("C01"))
        await talk.packet()
        cameras.set_fault("C01", fault)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            while True:
                await talk.packet()
    expected = av.error.HTTPUnauthorizedError if fault is Fault.PASSWORD else (OSError, av.error.FFmpegError)
    with pytest.raises(expected):
        await asyncio.to_thread(_packets, cameras.url("C01"), 1)


async def test_a_slow_camera_answers_without_an_end(cameras: CameraServer) -> None:
    cameras.set_fault("C01", Fault.SLOW)
    reader, writer = await asyncio.open_connection("127.0.0.1", cameras.port)
    writer.write(b"DESCRIBE rtsp://h/C01 RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert await asyncio.wait_for(reader.readexactly(26), DEADLINE_S) == b"RTSP/1.0 200 OK\r\nX-Slow: z"
    assert await asyncio.wait_for(reader.readexactly(1), DEADLINE_S) == b"z"
    writer.close()


@pytest.mark.parametrize(("fault", "shift_s"), [(Fault.TIME_BACK, -10), (Fault.TIME_AHEAD, 4 * 3600)])
async def test_time_stamps_jump_and_come_back(cameras: CameraServer, fault: Fault, shift_s: int) -> None:
    async with Talk.with_server(cameras.port) as talk:
        await talk.play(cameras.url("C01"))
        stamps = [(await talk.packet()).time_stamp]
        for wrong in (fault, Fault.NONE):
            cameras.set_fault("C01", wrong)
            stamps += [(await talk.packet()).time_stamp]
            while len(_jumps_s(stamps)) < (1 if wrong is fault else 2):
                stamps += [(await talk.packet()).time_stamp]
    assert _jumps_s(stamps) == pytest.approx([shift_s, -shift_s], abs=1)


def _jumps_s(stamps: list[int]) -> list[float]:
    """Steps of over 5 s; stamps wrap at 32 bits."""
    steps = ((later - earlier + 2**31) % 2**32 - 2**31 for earlier, later in itertools.pairwise(stamps))
    return [step / 90_000 for step in steps if abs(step) > 5 * 90_000]


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.TRUNCATED, Fault.FRAMING])
async def test_what_is_spoiled_is_not_written_down_as_whole(cameras: CameraServer, sent: Sent, fault: Fault) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", cameras.port)
    cameras.set_fault("C02", fault)
    for method in ("SETUP", "PLAY"):
        transport = "Transport: RTP/AVP/TCP;interleaved=0-1\r\n"
        writer.write(f"{method} {cameras.url('C02')} RTSP/1.0\r\nCSeq: 1\r\n{transport}\r\n".encode())
    await asyncio.wait_for(reader.readexactly(20_000), DEADLINE_S)
    writer.close()
    report = sent.report()
    assert {whole for _, _, _, whole, _ in report.streams["C02"].entries()} == {False}


async def test_a_camera_whose_datagrams_are_lost_is_not_whole(cameras: CameraServer, sent: Sent) -> None:
    assert obey(b'{"type": "loss", "camera_id": "C01", "share": 0.3}', cameras, sent) == Told()
    await asyncio.to_thread(_packets, cameras.url("C01"), 6, "udp")
    assert False in {whole for _, _, _, whole, _ in sent.report().streams["C01"].entries()}


async def test_a_resolution_changes_at_a_key_picture(tape: Tape, tmp_path: Path) -> None:
    other = read_tape(write_film(tmp_path / "other.mp4"))
    sent = Sent()
    async with (
        CameraServer({"C01": tape}, SystemClock(), random.Random(5), others={"C01": other}, sent=sent) as server,
        Talk.with_server(server.port) as talk,
    ):
        await talk.play(server.url("C01"))
        await talk.packet()
        server.set_fault("C01", Fault.RESOLUTION)
        entries = []
        while not entries or entries[-1][0] == 0:
            await talk.packet()
            entries = sent.report().streams["C01"].entries()
    assert [index in (0, FRAMES // 2) for changed, index, *_ in entries if changed] == [True]


async def test_orders_that_are_wrong_are_answered_with_what_is_wrong(cameras: CameraServer, sent: Sent) -> None:
    assert "C77" in obey(b'{"type": "fault", "camera_id": "C77", "fault": "cut"}', cameras, sent).error
    assert "tired" in obey(b'{"type": "fault", "camera_id": "C01", "fault": "tired"}', cameras, sent).error
    assert obey(b'{"type": "sent", "path": "/nowhere/sent"}', cameras, sent).error
    assert obey(b'{"type": "fault", "fault": "stall"}', cameras, sent) == Told()
    assert [cameras.state(one).fault for one in cameras.camera_ids] == [Fault.STALL, Fault.STALL]


async def test_the_command_takes_orders_and_ends_with_its_input(film: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulators.cameras",
        "--dir",
        str(film.parent),
        "--control",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None and process.stdin is not None
    await asyncio.wait_for(process.stdout.readline(), DEADLINE_S)
    process.stdin.write(b'{"type": "clock", "camera_id": "C01", "offset_s": 60}\n')
    assert await asyncio.wait_for(process.stdout.readline(), DEADLINE_S) == b'{"error":""}\n'
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 0
