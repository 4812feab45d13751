"""The watchdog as a process beside a real hub: the alarm of a killed hub, its end, and what it costs."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import shutil
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hub.watchdog.asking import ask
from hub.watchdog.outage import ASK_EVERY_S
from tests.databases import environment_of
from tests.devices.room import until

ALARM_WITHIN_S = 10.0
SMALL_KIB = 30 * 1024


class Watchdog:
    """A watchdog on a terminal: what it shows, what it logs."""

    def __init__(self, process: asyncio.subprocess.Process, screen: int, log: Path) -> None:
        self.process = process
        self.shown = b""
        self._log = log
        self._screen = screen
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                self.shown += os.read(self._screen, 4096)
            except OSError:
                return

    def told(self, event: str) -> list[dict[str, Any]]:
        """What it logged of one kind so far."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    async def tells(self, event: str, count: int = 1, within_s: float = 20.0) -> dict[str, Any]:
        await until(lambda: len(self.told(event)) >= count, f"the watchdog told of {count} {event}", within_s)
        return self.told(event)[-1]


@asynccontextmanager
async def open_watchdog(folder: Path, *arguments: str, **environment: str) -> AsyncIterator[Watchdog]:
    ours, its = pty.openpty()
    log = folder / "watchdog.log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub", "watchdog", "--data-dir", str(folder), *arguments),
            stdout=its,
            stderr=errors,
            env=os.environ | environment,
        )
    os.close(its)
    watchdog = Watchdog(process, ours, log)
    try:
        await watchdog.tells("watchdog.started")
        yield watchdog
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        os.close(ours)


@asynccontextmanager
async def open_hub_process(
    folder: Path, *arguments: str, **environment: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A hub that serves, as a process of its own."""
    (folder / "port").unlink(missing_ok=True)
    with (folder / "hub.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub", "hub", "--data-dir", str(folder), "--port", "0", "--broker", "embedded"),
            *("--vision-workers", "0", *arguments),
            stderr=log,
            env=environment_of(folder) | environment,
        )
    try:
        await until(lambda: (folder / "port").exists() and (folder / "port").read_text() != "", "the hub serves")
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@contextmanager
def fake_player(folder: Path) -> Iterator[dict[str, str]]:
    """A sound card played by a script: notes the file that it was to play."""
    programs = folder / "programs"
    programs.mkdir()
    player = programs / "aplay"
    player.write_text(f'#!/bin/sh\ncp "$2" "{folder}/played.wav"\n')
    player.chmod(0o755)
    yield {"PATH": f"{programs}:{os.environ['PATH']}"}


async def test_killed_hub_raises_the_alarm_within_10_seconds_and_its_return_ends_it(tmp_path: Path) -> None:
    note = tmp_path / "called"
    command = ("--alarm-command", "sh", "-c", f'echo "$QIANSHAO_ALARM_WHY" >> "{note}"')
    with fake_player(tmp_path) as environment:
        async with open_hub_process(tmp_path) as hub, open_watchdog(tmp_path, *command, **environment) as watchdog:
            hub.send_signal(signal.SIGKILL)
            await hub.wait()
            killed_s = time.monotonic()
            raised = await watchdog.tells("watchdog.raised")
            assert time.monotonic() - killed_s < ALARM_WITHIN_S
            assert "refused" in raised["why"]
            await until(lambda: watchdog.shown.count(b"\a") >= 3, "the bell rings on")
            await until((tmp_path / "played.wav").exists, "the tone sounds")
            assert "中 枢 没 有 回 应".encode() in watchdog.shown and b"T H E   H U B   I S   D O W N" in watchdog.shown
            assert time.strftime("自 %Y-%m-%d").encode() in watchdog.shown
            async with open_hub_process(tmp_path):
                ended = await watchdog.tells("watchdog.ended")
                rings = watchdog.shown.count(b"\a")
                assert 2 < ended["away_s"] <= time.monotonic() - killed_s + 3
                await until(lambda: "中枢已恢复".encode() in watchdog.shown, "the end is shown")
                assert b"HUB IS BACK" in watchdog.shown and watchdog.shown.count(b"\a") == rings
            assert note.read_text().count("\n") == 1, "the command runs once an outage"
    assert (tmp_path / "played.wav").read_bytes().startswith(b"RIFF")


async def test_hub_with_certificates_is_trusted_by_its_own_authority_alone(tmp_path: Path) -> None:
    make = (sys.executable, "-m", "hub", "certificates", "make", "--data-dir", str(tmp_path), "--name", "hub.example")
    made = await asyncio.create_subprocess_exec(*make, stdout=asyncio.subprocess.DEVNULL)
    assert await made.wait() == 0
    async with open_hub_process(tmp_path, QIANSHAO_TLS="true"):
        assert (tmp_path / "address").read_text().startswith("https://")
        assert await asyncio.to_thread(ask, tmp_path) is None
        foreign = tmp_path / "foreign"
        shutil.copytree(tmp_path / "certificates", foreign / "certificates")
        stranger = await asyncio.create_subprocess_exec(
            *make[:6], str(foreign / "other"), "--name", "hub.example", stdout=asyncio.subprocess.DEVNULL
        )
        assert await stranger.wait() == 0
        shutil.copy(foreign / "other" / "certificates" / "ca.pem", foreign / "certificates" / "ca.pem")
        shutil.copy(tmp_path / "address", foreign / "address")
        assert "CERTIFICATE_VERIFY_FAILED" in (await asyncio.to_thread(ask, foreign) or "")


async def test_watchdog_is_small_and_there_at_once(tmp_path: Path) -> None:
    began_s = time.monotonic()
    async with open_watchdog(tmp_path) as watchdog:
        started_s = time.monotonic() - began_s
        status = Path(f"/proc/{watchdog.process.pid}/status").read_text()
    peak_kib = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
    assert peak_kib < SMALL_KIB
    assert started_s < 3.0, "0.3 s on an idle machine"


async def test_hub_that_says_that_it_fails_raises_the_alarm_with_what_fails(tmp_path: Path) -> None:
    class Failing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"status":"failing","parts":{"loop":"ok","storage":"stalled","broker":"ok"}}'
            self.send_response(503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Failing) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        (tmp_path / "port").write_text(str(server.server_port))
        try:
            async with open_watchdog(tmp_path) as watchdog:
                assert (await watchdog.tells("watchdog.raised"))["why"] == "storage stalled"
        finally:
            server.shutdown()
            serving.join()


async def test_alarm_is_raised_though_nobody_reads_the_log_any_more(tmp_path: Path) -> None:
    called = tmp_path / "called"
    ours, its = os.pipe()
    watchdog = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub.watchdog", "--data-dir", str(tmp_path), "--alarm-command", "touch", str(called)),
        stderr=its,
    )
    os.close(its)
    os.close(ours)
    try:
        await until(called.exists, "the command was run")
        sounding = asyncio.ensure_future(watchdog.wait())
        await asyncio.wait([sounding], timeout=ASK_EVERY_S + 1)
        assert not sounding.done(), "it goes on"
    finally:
        if watchdog.returncode is None:
            watchdog.terminate()
        await watchdog.wait()


async def test_command_that_cannot_be_run_ends_nothing(tmp_path: Path) -> None:
    async with open_watchdog(tmp_path, "--alarm-command", str(tmp_path / "no-such-program")) as watchdog:
        await watchdog.tells("watchdog.raised")
        await until(lambda: watchdog.shown.count(b"\a") >= 2, "the bell rings on")


async def test_second_watchdog_of_a_folder_is_refused(tmp_path: Path) -> None:
    async with open_watchdog(tmp_path):
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.watchdog", "--data-dir", str(tmp_path)), stderr=asyncio.subprocess.PIPE
        )
        _, said = await second.communicate()
    assert (second.returncode, said.decode()) == (2, f"another watchdog watches the folder {tmp_path}\n")


@pytest.mark.parametrize("orderly", [True, False])
async def test_hub_with_a_watchdog_ends_it_in_order_and_leaves_it_when_killed(tmp_path: Path, orderly: bool) -> None:
    lock = tmp_path / "watchdog.lock"
    async with open_hub_process(tmp_path, "--watchdog") as hub:
        await until(lambda: lock.exists() and lock.read_text() != "", "the watchdog watches")
        pid = int(lock.read_text())
        hub.send_signal(signal.SIGTERM if orderly else signal.SIGKILL)
        await hub.wait()
    if orderly:
        await until(lambda: not _runs(pid), "the watchdog ended with its hub")
        return
    assert _runs(pid)
    async with open_hub_process(tmp_path, "--watchdog") as again:
        await until(lambda: "another watchdog" in (tmp_path / "hub.log").read_text(), "the first one stays")
        assert _runs(pid)
        again.terminate()
        await again.wait()
        await until(lambda: not _runs(pid), "the hub that came back ended it")


def _runs(pid: int) -> bool:
    """Whether the process runs; an ended one that nobody has asked about does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
