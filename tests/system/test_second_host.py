"""A radio and a browser on another host join over TLS from nothing: all they are given is the text of a QR code.

Two network namespaces joined by one cable stand for the police room and the venue. Printed: the seconds of each step.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from playwright.async_api import Page, async_playwright, expect

from tests.browser import CHROMIUM, CHROMIUM_OPTIONS
from tests.hub import community

HUB_ADDRESS, VENUE_ADDRESS, PORT = "10.213.7.1", "10.213.7.2", 8470
WITHIN_S = 60.0
PASSWORD = "栖凤社区的夜班-7391"
SOON_MS = 20_000


def _run(*command: str | Path, **given: object) -> str:
    """A command's output. Fails with what it said."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=WITHIN_S, **given)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return str(done.stdout)


@dataclass
class TwoHosts:
    """The namespaces of the police room and the venue."""

    room: str
    venue: str
    seconds: dict[str, float] = field(default_factory=dict)

    def command(self, namespace: str, *command: str | Path) -> list[str]:
        return ["ip", "netns", "exec", namespace, *map(str, command)]

    def qianshao(self, folder: Path, *command: str | Path) -> str:
        """``qianshao`` on the hub's host."""
        words = self.command(self.room, sys.executable, "-m", "hub", *command, "--data-dir", folder)
        return _run(*words)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        began_s = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began_s, 1)


@pytest.fixture
def hosts() -> Iterator[TwoHosts]:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("making network namespaces needs root and iproute2")
    made = TwoHosts(f"qs-room-{os.getpid()}", f"qs-venue-{os.getpid()}")
    cable = f"qs{os.getpid() % 100_000}"
    try:
        for namespace in (made.room, made.venue):
            _run("ip", "netns", "add", namespace)
            _run(*made.command(namespace, "ip", "link", "set", "lo", "up"))
        ends = (f"{cable}a", "netns", made.room, "type", "veth", "peer", f"{cable}b", "netns", made.venue)
        _run("ip", "link", "add", *ends)
        for namespace, end, address in ((made.room, "a", HUB_ADDRESS), (made.venue, "b", VENUE_ADDRESS)):
            _run(*made.command(namespace, "ip", "address", "add", f"{address}/24", "dev", f"{cable}{end}"))
            _run(*made.command(namespace, "ip", "link", "set", f"{cable}{end}", "up"))
        yield made
    finally:
        for namespace in (made.room, made.venue):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


@contextlib.asynccontextmanager
async def program(command: list[str], log: Path, ready: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program, once its output holds ``ready``; ended with the block."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            await heard(log, ready, process)
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            async with asyncio.timeout(20):
                await process.wait()


async def heard(log: Path, words: str, process: asyncio.subprocess.Process) -> None:
    """Return when a program's output holds ``words``; fails with the output when it ended or the time is over."""
    deadline_s = time.monotonic() + WITHIN_S
    while words not in (said := log.read_text(errors="replace")):
        assert process.returncode is None, said
        assert time.monotonic() < deadline_s, f"not said: {words}\n{said}"
        await asyncio.sleep(0.05)


def _join(output: str) -> str:
    """The text of the QR code that a command printed."""
    (found,) = [word for word in output.split() if word.startswith("https://") and "/join#" in word]
    return found


async def test_radio_and_browser_of_another_host_join_with_the_qr_code_alone(hosts: TwoHosts, tmp_path: Path) -> None:
    data = tmp_path / "hub"
    first = tmp_path / "first.json"
    administrator = {"person_id": "guanli", "name": "管理员", "password": PASSWORD, "totp": False}
    first.write_bytes(msgspec.json.encode(administrator))
    found = tmp_path / "community.json"
    found.write_bytes(msgspec.json.encode(msgspec.structs.replace(community(), cameras=())))
    with hosts.step("hub: init, certificates"):
        hosts.qianshao(data, "init", "--file", first)
        hosts.qianshao(data, "certificates", "make", "--address", HUB_ADDRESS)
    serving = [sys.executable, "-m", "hub", "hub", "--data-dir", data, "--host", "0.0.0.0", "--port", PORT]
    started_s = time.monotonic()
    async with program(
        ["env", "QIANSHAO_VISION_WORKERS=0", *hosts.command(hosts.room, *serving)], tmp_path / "hub.log", ""
    ):
        await _address(data)
        hosts.seconds["hub: start"] = round(time.monotonic() - started_s, 1)
        hosts.qianshao(data, "registry", "import", found)
        await _radio_joins(hosts, data, tmp_path)
        await _browser_joins(hosts, data, tmp_path)
    print("\n".join(f"{seconds:6.1f} s  {name}" for name, seconds in hosts.seconds.items()), file=sys.stderr)


async def _address(data: Path) -> None:
    deadline_s = time.monotonic() + WITHIN_S
    while not (data / "address").exists():
        assert time.monotonic() < deadline_s, "the hub does not serve"
        await asyncio.sleep(0.05)


async def _radio_joins(hosts: TwoHosts, data: Path, folder: Path) -> None:
    join = _join(hosts.qianshao(data, "devices", "codes", "R01"))
    assert HUB_ADDRESS in join
    store, code = folder / "radio", folder / "code.txt"
    code.write_text(join)
    with hosts.step("radio: enrol"):
        _run(*hosts.command(hosts.venue, sys.executable, "-m", "devices.enrol", "--file", code, "--store", store))
    began_s = time.monotonic()
    command = hosts.command(hosts.venue, sys.executable, "-m", "devices.radio", "--store", store)
    async with program(command, folder / "radio.log", "hub: present"):
        hosts.seconds["radio: on line, hub heard"] = round(time.monotonic() - began_s, 1)
    thief = ("-m", "devices.enrol", "--file", code, "--store", folder / "thief")
    with pytest.raises(AssertionError, match="used"):  # a code is good once
        _run(*hosts.command(hosts.venue, sys.executable, *thief))


async def _browser_joins(hosts: TwoHosts, data: Path, folder: Path) -> None:
    if CHROMIUM is None or shutil.which("certutil") is None:
        pytest.skip("chromium or certutil is not installed")
    hosts.qianshao(data, "people", "add", "baoan", "--name", "保安老杨", "--role", "guard", "--place", "venue:V01")
    join = _join(hosts.qianshao(data, "people", "invite", "baoan"))
    home = folder / "home"
    with hosts.step("browser: trust the authority"):
        _trust(hosts, join, home)
    wrapper = folder / "chromium"
    wrapper.write_text(f'#!/bin/sh\nHOME={home} exec ip netns exec {hosts.venue} {CHROMIUM} "$@"\n')
    wrapper.chmod(0o755)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(wrapper), args=CHROMIUM_OPTIONS)
        try:
            context = await browser.new_context(viewport={"width": 390, "height": 844})
            await _sign_in(hosts, await context.new_page(), join)
        finally:
            await browser.close()


def _trust(hosts: TwoHosts, join: str, home: Path) -> None:
    """What the page /trust tells a person to do: download, compare the fingerprint with the QR code's, install."""
    parts = urlsplit(join)
    (fingerprint,) = parse_qs(parts.fragment)["f"]
    home.mkdir()
    file = home / "ca.pem"
    page = f"http://{parts.hostname}:{PORT + 1}"
    curl = "import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())"
    shown = _run(*hosts.command(hosts.venue, sys.executable, "-c", curl, f"{page}/trust"))
    assert "ca.pem" in shown
    file.write_text(_run(*hosts.command(hosts.venue, sys.executable, "-c", curl, f"{page}/ca.pem")))
    authority = x509.load_pem_x509_certificate(file.read_bytes()).public_bytes(Encoding.DER)
    assert sha256(authority).hexdigest() == fingerprint.lower().replace(":", "")
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    _run("certutil", "-N", "--empty-password", "-d", f"sql:{database}")
    _run("certutil", "-A", "-n", "qianshao", "-t", "C,,", "-i", file, "-d", f"sql:{database}")


async def _sign_in(hosts: TwoHosts, page: Page, join: str) -> None:
    with hosts.step("browser: join page"):
        await page.goto(join)
        await expect(page.get_by_test_id("join-password")).to_be_visible(timeout=SOON_MS)
    assert "#" not in page.url, "the code leaves the address bar"
    with hosts.step("browser: password set, signed in, room shown"):
        await page.get_by_test_id("join-password").fill(PASSWORD)
        await page.get_by_test_id("join-password-again").fill(PASSWORD)
        await page.get_by_test_id("join-submit").click()
        await expect(page.get_by_test_id("me")).to_be_visible(timeout=SOON_MS)
    assert await page.evaluate("window.isSecureContext"), "the microphone is given to secure pages only"
    assert await page.evaluate("document.cookie") == "", "no script reads the session"
