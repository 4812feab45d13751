"""Live cameras over real RTSP: dates, stalls, passwords, and what is said of those that cannot be read."""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.protocol.clock import SystemClock
from hub.footage.errors import NoSuchFile, Refused, Stalled, Unreadable, WrongPassword
from hub.footage.sources.frame import Frame
from hub.footage.sources.frames import Patience, is_live, open_live
from simulators.cameras.faults import Fault
from simulators.cameras.login import Scheme
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.vision.drawn import Walker, film

CLOCK = SystemClock()
QUICK = Patience(open_s=3.0, stall_s=1.0)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("clip") / "gate.mp4", [Walker(100, 400, 80, 150)], seconds=6, rate_hz=25)


@pytest.fixture
async def cameras(clip: Path) -> AsyncIterator[CameraServer]:
    async with CameraServer({"gate": read_tape(clip)}, CLOCK, random.Random(1)) as server:
        yield server


def _read(url: str, count: int) -> list[Frame]:
    stream = open_live(url, clock=CLOCK, patience=QUICK)
    try:
        return list(itertools.islice(stream.frames(), count))
    finally:
        stream.close()


async def test_live_frames_are_dated_by_arrival(cameras: CameraServer) -> None:
    before_us = CLOCK.wall_us()
    frames = await asyncio.to_thread(_read, cameras.url("gate"), 8)
    after_us = CLOCK.wall_us()
    walls = [frame.wall_us for frame in frames]
    assert before_us - 100_000 <= walls[0] < walls[-1] <= after_us
    assert walls == sorted(walls)
    steps_us = [later.media_us - earlier.media_us for earlier, later in itertools.pairwise(frames)]
    assert all(35_000 <= step <= 45_000 for step in steps_us)


@pytest.mark.parametrize("scheme", list(Scheme))
async def test_camera_with_the_right_password_opens(cameras: CameraServer, scheme: Scheme) -> None:
    cameras.ask_password("gate", "duty", "s3cret", scheme)
    url = cameras.url("gate").replace("rtsp://", "rtsp://duty:s3cret@")
    assert len(await asyncio.to_thread(_read, url, 1)) == 1


async def test_wrong_password_is_said_without_saying_it(cameras: CameraServer) -> None:
    cameras.ask_password("gate", "duty", "s3cret", Scheme.DIGEST)
    url = cameras.url("gate").replace("rtsp://", "rtsp://duty:hunter2@")
    with pytest.raises(WrongPassword, match="another user name or password") as refused:
        await asyncio.to_thread(_read, url, 1)
    for words in (str(refused.value), refused.value.chinese):
        assert "hunter2" not in words
        assert "duty" not in words
    assert refused.value.__cause__ is None


async def test_camera_that_goes_silent_is_stalled(cameras: CameraServer) -> None:
    stream = await asyncio.to_thread(open_live, cameras.url("gate"), clock=CLOCK, patience=QUICK)
    frames = stream.frames()
    await asyncio.to_thread(next, frames)
    cameras.set_fault("gate", Fault.STALL)
    with pytest.raises(Stalled, match="no picture from"):
        await asyncio.to_thread(list, frames)
    stream.close()


async def test_stream_that_the_camera_does_not_have_is_named(cameras: CameraServer) -> None:
    with pytest.raises(NoSuchFile, match="does not have this stream: is the path"):
        await asyncio.to_thread(_read, f"rtsp://127.0.0.1:{cameras.port}/attic", 1)


async def test_camera_that_sends_noise_is_unreadable(cameras: CameraServer) -> None:
    stream = await asyncio.to_thread(open_live, cameras.url("gate"), clock=CLOCK, patience=QUICK)
    cameras.set_fault("gate", Fault.GARBAGE)
    with pytest.raises(Unreadable, match="cannot be decoded"):
        await asyncio.to_thread(list, stream.frames())
    stream.close()


def test_address_where_nobody_listens_is_refused() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Refused, match="refuses the connection") as refused:
        _read(f"rtsp://duty:hunter2@127.0.0.1:{port}/gate?token=abc", 1)
    assert "hunter2" not in str(refused.value)
    assert "abc" not in str(refused.value)


def test_address_that_never_answers_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"rtsp://127.0.0.1:{silent.getsockname()[1]}/gate"
        with pytest.raises(Refused, match=r"did not answer within 0\.5 s"):
            open_live(url, clock=CLOCK, patience=Patience(open_s=0.5, stall_s=0.5))


@pytest.mark.parametrize(
    ("url", "live"),
    [("rtsp://10.0.0.5/1", True), ("http://10.0.0.5/v.ts", True), ("/films/yard.mp4", False), ("yard.mp4", False)],
)
def test_only_network_addresses_are_live(url: str, live: bool) -> None:
    assert is_live(url) is live
