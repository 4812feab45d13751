"""From a device's ONVIF address to its pictures: the addresses that are enrolled open, odd passwords included."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from devices.protocol.clock import SystemClock
from hub.footage.sources.opening import Patience, open_container
from hub.onvif.envelopes import Login
from hub.onvif.service import Onvif
from hub.registry.new_camera import NewCamera, make_camera
from simulators.cameras.login import Login as DeviceLogin
from simulators.cameras.login import Scheme
from simulators.cameras.onvif import OnvifDevice, OnvifServer
from simulators.cameras.onvif_answers import OfferedStream
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.vision.drawn import film

CLOCK = SystemClock()


@pytest.mark.parametrize("scheme", Scheme)
async def test_camera_that_is_enrolled_by_its_onvif_address_opens_with_its_password(
    tmp_path: Path, scheme: Scheme
) -> None:
    tape = read_tape(film(tmp_path / "gate.mp4", [], seconds=1, rate_hz=10))
    login = Login("a/b 字", "p@ss:字 w%41rd#?")
    device = OnvifDevice((), DeviceLogin(login.user, login.password, Scheme.DIGEST, "n0nce"), called="127.0.0.1")
    async with (
        CameraServer({"C01": tape, "C01/sub": tape}, CLOCK, random.Random(1)) as cameras,
        OnvifServer(device, CLOCK) as server,
    ):
        cameras.ask_password("C01", login.user, login.password, scheme)
        device.streams = (
            OfferedStream("main", "H264", 1920, 1080, cameras.url("C01")),
            OfferedStream("sub", "H264", 640, 360, cameras.url("C01/sub")),
        )
        new = NewCamera(name="大门", url=f"onvif://127.0.0.1:{server.port}", user=login.user, password=login.password)
        camera = await make_camera(new, Onvif(CLOCK))
        assert camera.url is not None
        assert (camera.sub_url or "") == f"{camera.url}/sub"
        await asyncio.to_thread(_open, camera.url)


def _open(url: str) -> None:
    """Raises SourceError."""
    open_container(url, Patience()).close()
