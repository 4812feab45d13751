"""``qianshao cameras`` against a running hub."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.hub import open_console, open_hub

URL = "rtsp://duty:hunter2@127.0.0.1:9/门口"
DEADLINE_S = 30.0


async def add(folder: Path, given: str) -> tuple[int | None, str]:
    """``qianshao cameras add -`` with ``given`` on standard input: its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", "cameras", "add", "-", "--name", "门口", "--data-dir", str(folder),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(given.encode()), DEADLINE_S)
    return process.returncode, said.decode()


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
