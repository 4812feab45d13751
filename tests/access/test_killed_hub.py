"""A hub that is killed keeps its sessions."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.access.people_room import PASSWORD
from tests.commands.test_people import first_administrator, qianshao
from tests.databases import environment_of
from tests.devices.room import until
from tests.hub import client_of


@asynccontextmanager
async def running_hub(folder: Path) -> AsyncIterator[httpx.URL]:
    """``qianshao hub``, killed at the end without a word."""
    address = folder / "address"
    address.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", "hub", "--port", "0", "--broker", "embedded", "--vision-workers", "0",
        "--data-dir", str(folder), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env=environment_of(folder),
    )  # fmt: skip
    try:
        await until(lambda: address.exists() and bool(address.read_text()), "the hub serves", 60)
        yield httpx.URL(address.read_text())
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def test_killed_hub_keeps_its_sessions_and_what_was_revoked(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    code, said = await qianshao(folder, "init", "--file", first_administrator(tmp_path, totp=False))
    assert code == 0, said
    given = {"person_id": "root", "password": PASSWORD}
    async with running_hub(folder) as url, client_of(url, None) as one, client_of(url, None) as other:
        for browser in (one, other):
            assert (await browser.post("/api/session", json=given)).status_code == 201
        assert (await one.post("/api/session/refresh")).status_code == 200
        kept, ended = one.cookies["qianshao_session"], other.cookies["qianshao_session"]
        assert (await other.delete("/api/session")).status_code == 204
    async with running_hub(folder) as url, client_of(url, kept) as one, client_of(url, ended) as other:
        assert (await one.get("/api/session")).json()["person"]["person_id"] == "root"
        assert (await other.get("/api/session")).status_code == 401
