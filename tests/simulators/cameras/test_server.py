"""Real clients against the RTSP cameras."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from devices.protocol.clock import SystemClock
from simulators.cameras.faults import Fault
from simulators.cameras.login import Scheme
from simulators.cameras.playing import Playing
from simulators.cameras.rtp import rtp_time
from simulators.cameras.scenario import Cursor, ScenarioClock
from simulators.cameras.sending import Left
from simulators.cameras.server import CameraServer
from simulators.cameras.streams import CameraState, CameraStream
from simulators.cameras.tape import Tape
from simulators.cameras.wire import Wire
from simulators.community.clockface import read_frame_number
from tests.simulators.cameras.conftest import FRAMES, RATE_HZ
from tests.simulators.cameras.talk import Talk

TIMEOUT_US = "4000000"


@pytest.fixture
async def cameras(tape: Tape) -> AsyncIterator[CameraServer]:
    async with CameraServer({"C01": tape, "C02": tape}, SystemClock(), random.Random(5)) as server:
        yield server


@contextmanager
def _open(url: str, transport: str = "tcp") -> Iterator[av.container.InputContainer]:
    options = {"rtsp_transport": transport, "timeout": TIMEOUT_US, "analyzeduration": "1"}
    with av.open(url, options=options) as container:
        yield container


def _watch(url: str, count: int, transport: str = "tcp") -> list[tuple[int | None, float]]:
    """Frame number by the strip and presentation time (s) of the first pictures."""
    seen = []
    with _open(url, transport) as container:
        for picture in container.decode(video=0):
            image = picture.to_ndarray(format="bgr24").astype(np.uint8)
            seen.append((read_frame_number(image), picture.time or 0.0))
            if len(seen) == count:
                break
    return seen


@pytest.mark.parametrize("transport", ["tcp", "udp"])
async def test_a_client_sees_the_scene_go_round_without_a_gap(cameras: CameraServer, transport: str) -> None:
    seen = await asyncio.to_thread(_watch, cameras.url("C01"), FRAMES + 5, transport)
    numbers = [number for number, _ in seen]
    assert numbers[0] in (0, 10)
    assert all((later - earlier) % FRAMES == 1 for earlier, later in itertools.pairwise(numbers))
    times = [time for _, time in seen]
    assert np.diff(times) == pytest.approx([1 / RATE_HZ] * (len(times) - 1), abs=0.002)


async def test_every_camera_and_client_is_at_the_same_scenario_position(cameras: CameraServer) -> None:
    def last_number(url: str) -> int:
        number, _ = _watch(url, 12)[-1]
        position = round(cameras.scenario.elapsed_us() / 1e5)
        assert number is not None
        return (position - number) % FRAMES

    behind = await asyncio.gather(
        *(asyncio.to_thread(last_number, cameras.url(camera_id)) for camera_id in ("C01", "C02", "C01"))
    )
    assert max(behind) <= 6
    assert max(behind) - min(behind) <= 2


async def test_opencv_reads_a_camera(cameras: CameraServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")

    def read() -> list[int | None]:
        capture = cv2.VideoCapture(cameras.url("C02"), cv2.CAP_FFMPEG)
        try:
            return [read_frame_number(np.asarray(capture.read()[1], dtype=np.uint8)) for _ in range(3)]
        finally:
            capture.release()

    numbers = await asyncio.to_thread(read)
    assert None not in numbers


async def test_a_camera_that_is_not_there_is_not_found(cameras: CameraServer) -> None:
    with pytest.raises(av.error.HTTPNotFoundError):
        await asyncio.to_thread(_watch, cameras.url("C99"), 1)


async def test_a_refusing_camera_is_not_found_until_it_is_well(cameras: CameraServer) -> None:
    cameras.set_fault("C01", Fault.REFUSE)
    with pytest.raises(av.error.HTTPNotFoundError):
        await asyncio.to_thread(_watch, cameras.url("C01"), 1)
    cameras.set_fault("C01", Fault.NONE)
    assert await asyncio.to_thread(_watch, cameras.url("C01"), 1)


@pytest.mark.parametrize("scheme", list(Scheme))
async def test_a_camera_with_a_password_opens_with_it_and_only_with_it(cameras: CameraServer, scheme: Scheme) -> None:
    cameras.ask_password("C01", "admin", "s3cret", scheme)
    with pytest.raises(av.error.HTTPUnauthorizedError):
        await asyncio.to_thread(_watch, cameras.url("C01"), 1)
    url = cameras.url("C01").replace("rtsp://", "rtsp://admin:s3cret@")
    assert await asyncio.to_thread(_watch, url, 1)


async def test_a_stalled_camera_sends_nothing_and_then_goes_on_at_the_present(cameras: CameraServer) -> None:
    async with Talk.with_server(cameras.port) as talk:
        await talk.play(cameras.url("C01"))
        await talk.packet()
        cameras.set_fault("C01", Fault.STALL)
        before = await talk.last_before_quiet(0.6)
        cameras.set_fault("C01", Fault.NONE)
        after = (await talk.packet()).time_stamp
        assert after - before >= 0.6 * 90_000
        assert after <= cameras.scenario.elapsed_us() * 9 // 100


async def test_a_camera_that_sends_garbage_harms_no_other(cameras: CameraServer, tape: Tape) -> None:
    cameras.set_fault("C01", Fault.GARBAGE)
    async with Talk.with_server(cameras.port) as talk:
        await talk.play(cameras.url("C01"))
        assert (await talk.packet()).payload not in tape.parameter_sets
        assert (await asyncio.to_thread(_watch, cameras.url("C02"), 2))[0][0] is not None


async def test_a_camera_that_goes_away_ends_the_connection(cameras: CameraServer) -> None:
    async with Talk.with_server(cameras.port) as talk:
        await talk.play(cameras.url("C01"))
        await talk.packet()
        assert cameras.disconnect("C01") == 1
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            while True:
                await talk.packet()
    assert cameras.watchers == []


async def test_a_client_that_is_behind_loses_pictures_up_to_the_next_key_picture(tape: Tape) -> None:
    clock = SystemClock()
    scenario = ScenarioClock(clock, clock.wall_us(), tape.duration_us)
    client = _BehindOnce()
    stream = CameraStream("C01", Wire(tape), None, scenario, CameraState())
    playing = Playing(stream, scenario, client, 1, Cursor(0, 0), 0, lambda *_: None)
    task = asyncio.create_task(playing.run())
    await asyncio.wait_for(client.caught_up.wait(), 20)
    task.cancel()
    assert client.stamps == [rtp_time(100_000 * number) for number in (0, 1, 2, 10)]
    assert playing.counters.dropped == 1


class _BehindOnce:
    """A client whose connection takes three pictures, refuses one, and takes the next."""

    def __init__(self) -> None:
        self.stamps: list[int] = []
        self.caught_up = asyncio.Event()
        self._refused = False

    def send(self, framed: bytearray, heads: Sequence[int]) -> Left:
        if len(self.stamps) == 3 and not self._refused:
            self._refused = True
            return Left.BEHIND
        self.stamps.append(int.from_bytes(framed[8:12], "big"))
        if len(self.stamps) == 4:
            self.caught_up.set()
        return Left.WHOLE

    def report(self, rtcp: bytes) -> None:
        assert rtcp[1] == 200

    def noise(self, data: bytes) -> None:
        raise AssertionError("nothing is wrong with this camera")


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("HELLO\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("OPTIONS * RTSP/1.0\r\nX: " + "x" * 9000 + "\r\n\r\n", 400),
        ("SETUP rtsp://h/C01 RTSP/1.0\r\nContent-Length: 99999\r\n\r\n", 400),
        ("RECORD rtsp://h/C01 RTSP/1.0\r\nCSeq: 1\r\n\r\n", 501),
        ("PLAY rtsp://h/C01 RTSP/1.0\r\nCSeq: 1\r\n\r\n", 455),
        ("SETUP rtsp://h/C01 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP;multicast\r\n\r\n", 461),
        ("SETUP rtsp://h/C01 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=999-\r\n\r\n", 461),
        ("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", 200),
    ],
)
async def test_every_request_is_answered_with_its_status(cameras: CameraServer, request_text: str, status: int) -> None:
    async with Talk.with_server(cameras.port) as talk:
        assert await talk.say(request_text) == status


async def test_the_command_says_where_its_cameras_are_and_ends_when_told(film: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators.cameras", "--dir", str(film.parent), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
    assert ready["cameras"] == {"C01": f"rtsp://127.0.0.1:{ready['port']}/C01"}
    assert await asyncio.to_thread(_watch, ready["cameras"]["C01"], 1)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 20) == 0


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--fault=C77=stall", "there is no camera 'C77'; there are C01"),
        ("--fault=C01=tired", "CAMERA=none|stall|refuse|garbage"),
        ("--login=C01=admin", "CAMERA=USER:PASSWORD:basic|digest"),
    ],
)
async def test_the_command_says_which_option_is_wrong(film: Path, option: str, said: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators.cameras", "--dir", str(film.parent), option, stderr=asyncio.subprocess.PIPE
    )
    _, error = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode in (1, 2)
    assert said in error.decode()


async def test_the_command_says_what_is_wrong_with_an_empty_folder(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators.cameras", "--dir", str(tmp_path), stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert "no MP4 film" in json.loads(said)["error"]
