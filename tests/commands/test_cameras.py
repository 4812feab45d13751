"""``qianshao cameras`` against a running hub."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec
import pytest
import typer

from devices.protocol.clock import SystemClock
from hub.commands.cameras import Wanted
from hub.commands.cameras import add as add_camera
from hub.onvif.messages import SearchResult
from hub.registry.owners import OwnerList
from hub.registry.records import Owner, Transport
from hub.settings import Settings
from simulators.cameras.onvif import OnvifDevice, OnvifServer
from tests.hub import open_console, open_hub
from tests.onvif.test_device import LOGIN, STREAMS, THEIRS

URL = "rtsp://duty:hunter2@127.0.0.1:9/门口"
DEADLINE_S = 30.0


async def run(folder: Path, given: str, *words: str) -> tuple[int | None, str]:
    """``qianshao cameras`` with ``given`` on standard input: its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", "cameras", *words, "--data-dir", str(folder),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(given.encode()), DEADLINE_S)
    return process.returncode, said.decode()


async def add(folder: Path, given: str) -> tuple[int | None, str]:
    """``qianshao cameras add -``."""
    return await run(folder, given, "add", "-", "--name", "门口")


async def test_address_is_read_from_standard_input(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console:
        (tmp_path / "address").write_text(f"http://127.0.0.1:{console.base_url.port}")
        code, said = await add(tmp_path, URL + "\n")
        (camera,) = (camera for camera in hub.registry.cameras.values() if camera.name == "门口")
    assert (camera.url, camera.recording) == (URL, False)
    assert code == 0
    assert f"已接入 {camera.camera_id}" in said
    assert "hunter2" not in said


async def test_nothing_on_standard_input_is_said(tmp_path: Path) -> None:
    code, said = await add(tmp_path, "")
    assert code == 2
    assert "标准输入里没有地址" in said


async def test_camera_is_found_and_added_by_its_onvif_address_with_the_password_on_standard_input(
    tmp_path: Path,
) -> None:
    device = OnvifDevice(streams=STREAMS, login=THEIRS, clock_ahead_s=3600)
    async with (
        OnvifServer(device, SystemClock()) as server,
        open_hub(tmp_path) as hub,
        open_console(hub) as console,
    ):
        (tmp_path / "address").write_text(f"http://127.0.0.1:{console.base_url.port}")
        await hub.registry.put_owners(OwnerList(version=0, owners=(Owner(owner_id="O1", name="物业"),)))
        found = await run(tmp_path, "", "discover", f"127.0.0.1:{server.discovery_port}", "--json")
        address = msgspec.json.decode(found[1], type=SearchResult).devices[0].address
        words = ("add", address, "--user", LOGIN.user, "--owner", "O1", "--transport", "udp")
        code, said = await run(tmp_path, LOGIN.password + "\n", *words)
    (camera,) = (camera for camera in hub.registry.cameras.values() if camera.name == "海康 DS-2CD")
    assert code == 0, said
    assert (camera.owner_id, camera.transport) == ("O1", Transport.UDP)
    assert camera.sub_url is not None
    assert all(word in said for word in ("主码流 h265 2560x1440", "子码流 h264 640x360", "它的时钟比中枢快 "))
    assert LOGIN.password not in said


@pytest.mark.parametrize(
    "wanted",
    [Wanted(URL), Wanted("rtsp://h/1", sub=URL), Wanted("rtsp://h/user=admin_password=hunter2_channel=1_stream=0.sdp")],
)
def test_password_in_the_arguments_is_refused(wanted: Wanted, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        add_camera(Settings(), wanted, wait=False)
    said = capsys.readouterr().err
    assert "命令行里不能写密码" in said
    assert "hunter2" not in said
