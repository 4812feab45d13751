"""Asking a camera what it is: real HTTP, a simulated device, and what is wrong with real ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from devices.protocol.clock import SystemClock
from hub.errors import Refusal
from hub.onvif.device import ask_device, stream_url, with_login
from hub.onvif.envelopes import Login
from hub.onvif.records import Device, DeviceAddress, read_address
from simulators.cameras.login import Login as DeviceLogin
from simulators.cameras.login import Scheme
from simulators.cameras.onvif import OnvifDevice, OnvifServer, Proof
from simulators.cameras.onvif_answers import OfferedStream
from simulators.cameras.onvif_faults import OnvifFault
from tests.devices.room import until

LOGIN = Login("duty", "p@ss:字 word")
THEIRS = DeviceLogin("duty", LOGIN.password, Scheme.DIGEST, "n0nce")
RTSP = "rtsp://192.0.2.1:554/Streaming/Channels"
STREAMS = (
    OfferedStream("main", "H265", 2560, 1440, f"{RTSP}/101?a=1&b=2"),
    OfferedStream("third", "H264", 176, 144, f"{RTSP}/103"),
    OfferedStream("sub", "H264", 640, 360, f"{RTSP}/102", frames_per_s=12),
    OfferedStream("small", "H265", 352, 288, f"{RTSP}/104"),
    OfferedStream("picture", "JPEG", 3840, 2160, f"{RTSP}/105"),
)


@asynccontextmanager
async def standing(**about: object) -> AsyncIterator[OnvifServer]:
    device = OnvifDevice(**({"streams": STREAMS, "login": THEIRS} | about))  # type: ignore[arg-type]
    async with OnvifServer(device, SystemClock()) as server:
        yield server


async def ask(server: OnvifServer, login: Login = LOGIN, patience_s: float = 5.0) -> Device:
    return await ask_device(DeviceAddress("127.0.0.1", server.port), login, SystemClock(), patience_s)


@pytest.mark.parametrize("proof", Proof)
async def test_device_tells_its_name_and_its_main_and_sub_stream(proof: Proof) -> None:
    async with standing(proof=proof) as server:
        device = await ask(server)
    assert (device.name, device.firmware) == ("海康 DS-2CD", "V5.5.0")
    assert (device.main.coding, device.main.width_px, device.main.height_px) == ("h265", 2560, 1440)
    assert device.sub is not None
    assert (device.sub.coding, device.sub.width_px, device.sub.frames_per_s) == ("h264", 640, 12)
    assert device.main.url == "rtsp://127.0.0.1:554/Streaming/Channels/101?a=1&b=2"


@pytest.mark.parametrize("about", [{"media2": False}, {"old": True}])
async def test_device_without_the_second_media_service_is_asked_by_the_first(about: dict[str, bool]) -> None:
    async with standing(**about) as server:
        device = await ask(server)
    assert (device.main.width_px, device.sub and device.sub.width_px) == (640, 176)


@pytest.mark.parametrize("ahead_s", [-86_400.0, -50 * 365.25 * 86_400])
async def test_device_whose_clock_is_behind_takes_the_password_and_its_clock_is_told(ahead_s: float) -> None:
    async with standing(clock_ahead_s=ahead_s) as server:
        device = await ask(server)
    assert device.clock_offset_s == pytest.approx(ahead_s, abs=1.5)


async def test_device_that_says_an_impossible_year_is_asked_by_the_hubs_time() -> None:
    async with standing(clock_ahead_s=7970 * 365.2425 * 86_400, login=None) as server:
        device = await ask(server)
    assert device.clock_offset_s is None


@pytest.mark.parametrize("proof", Proof)
async def test_wrong_password_is_said_and_not_tried_on_further_questions(proof: Proof) -> None:
    async with standing(proof=proof) as server:
        with pytest.raises(Refusal) as refused:
            await ask(server, Login("duty", "hunter2"))
        asked = server.device.asked
    assert refused.value.code == "camera_wrong_password"
    assert "hunter2" not in repr(refused.value) + refused.value.message
    assert asked[:2] == ["GetSystemDateAndTime", "GetDeviceInformation"]
    assert set(asked[1:]) == {"GetDeviceInformation"}


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (OnvifFault.SILENT, "camera_too_slow"),
        (OnvifFault.SLOW, "camera_too_slow"),
        (OnvifFault.BOMB, "camera_not_understood"),
        (OnvifFault.ZIPPED, "camera_not_understood"),
        (OnvifFault.NONSENSE, "camera_not_understood"),
        (OnvifFault.PAGE, "camera_not_understood"),
        (OnvifFault.DEEP, "camera_not_understood"),
        (OnvifFault.HALF, "camera_not_understood"),
        (OnvifFault.ENDLESS, "camera_not_understood"),
    ],
)
async def test_device_that_is_broken_or_evil_is_refused_in_words_and_in_time(fault: OnvifFault, code: str) -> None:
    async with standing(fault=fault) as server:
        began_s = time.monotonic()
        with pytest.raises(Refusal) as refused:
            await ask(server, patience_s=0.5)
        assert time.monotonic() - began_s < 4
    assert refused.value.code == code


async def test_nobody_at_the_address_is_said() -> None:
    async with standing() as server:
        pass
    with pytest.raises(Refusal) as refused:
        await ask(server)
    assert refused.value.code == "camera_unreachable"


async def test_device_without_video_is_said() -> None:
    async with standing(streams=()) as server:
        with pytest.raises(Refusal) as refused:
            await ask(server)
    assert refused.value.code == "camera_no_stream"


async def test_question_that_is_given_up_leaves_no_connection(caplog: pytest.LogCaptureFixture) -> None:
    async with standing(fault=OnvifFault.SLOW) as server:
        asking = asyncio.ensure_future(ask(server))
        await until(lambda: bool(server.device.asked), "the device is asked")
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert not caplog.records


def test_password_goes_to_the_device_and_not_where_it_says_that_its_stream_is() -> None:
    assert (
        stream_url("rtsp://root:toor@203.0.113.9:8554/live?x=1", "192.168.1.64") == "rtsp://192.168.1.64:8554/live?x=1"
    )
    for wrong in ("http://h/1", "rtsp://h:99999/1", "rtsp://h/1\r\nX: y", "file:///etc/passwd", ""):
        assert stream_url(wrong, "192.168.1.64") is None
    assert with_login("rtsp://h/1", Login("a/b", "p@:/#")) == "rtsp://a%2Fb:p%40%3A%2F%23@h/1"
    assert LOGIN.password not in repr(LOGIN)


def test_address_of_a_device_holds_no_password_and_is_written_as_it_is_read() -> None:
    for text in ("onvif://192.168.1.64", "onvif://cam-1.lan:8000", "onvif://[fe80::1]:81/onvif/dev"):
        assert str(read_address(text)) == text
    assert str(read_address("onvif://h:80/")) == "onvif://h"
    for wrong in (
        "onvif://u:p@h",
        "onvif://h:0",
        "onvif://h:70000",
        "onvif://",
        "http://h",
        "onvif://h/ x",
        "onvif://h\n",
    ):
        assert read_address(wrong) is None
