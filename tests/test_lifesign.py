"""What the service manager and /healthz are told: a real socket of its own, a real hub that is held up."""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest

from hub.lifesign import ServiceManager
from hub.vitals import Condition
from tests.databases import of_sqlites_file
from tests.devices.room import open_broker, until
from tests.hub import address_of, open_console, open_hub

WATCHDOG_S = 2.0


class Manager:
    """A service manager: a datagram socket, and what was said to it, each word with its time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.said: list[tuple[float, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{name[1:]}" if name.startswith("@") else name)
        self._socket.setblocking(False)

    def hear(self) -> list[str]:
        """Everything that was said so far."""
        while True:
            try:
                said = self._socket.recv(4096).decode()
            except BlockingIOError:
                return [word for _, word in self.said]
            self.said += [(time.monotonic(), word) for word in said.split("\n")]

    def count(self, word: str) -> int:
        return self.hear().count(word)

    def close(self) -> None:
        self._socket.close()


@contextmanager
def service_manager(name: str) -> Iterator[Manager]:
    manager = Manager(name)
    try:
        yield manager
    finally:
        manager.close()


@asynccontextmanager
async def served_hub(folder: Path, manager: Manager) -> AsyncIterator[asyncio.subprocess.Process]:
    """A hub as systemd would start it, which bears WATCHDOG_S of silence."""
    about = {"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": str(round(WATCHDOG_S * 1e6))}
    with (folder / "hub.log").open("wb") as log:
        hub = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub", "hub", "--data-dir", str(folder), "--port", "0"),
            *("--broker", "embedded", "--vision-workers", "0"),
            stderr=log,
            env=os.environ | about,
        )
    try:
        await until(lambda: manager.count("READY=1") == 1, "the hub is ready")
        yield hub
    finally:
        if hub.returncode is None:
            hub.terminate()
        await hub.wait()


@contextmanager
def locked_database(folder: Path) -> Iterator[None]:
    """Within, another program holds the hub's database."""
    connection = sqlite3.connect(folder / "hub.sqlite3", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.mark.parametrize("abstract", [True, False])
def test_words_reach_the_managers_socket(tmp_path: Path, abstract: bool) -> None:
    name = f"@qianshao-{secrets.token_hex(8)}" if abstract else str(tmp_path / "notify")
    environment = {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "15000000", "WATCHDOG_PID": str(os.getpid()), "HOME": "/"}
    with service_manager(name) as manager:
        hub = ServiceManager.take_from(environment)
        assert hub.say("READY=1", "STATUS=在线 3")
        assert manager.hear() == ["READY=1", "STATUS=在线 3"]
        assert (hub.watchdog_s, environment) == (15.0, {"HOME": "/"}), "no child speaks in the hub's name"
    assert not hub.say("READY=1"), "a manager that is gone harms nobody"
    hub.close()


@pytest.mark.parametrize(
    ("given", "watchdog_s"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "3000000"}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_patience_is_the_managers_with_this_process_alone(given: dict[str, str], watchdog_s: float | None) -> None:
    manager = ServiceManager.take_from(dict(given))
    assert manager.watchdog_s == watchdog_s
    assert not manager.say("READY=1")


@of_sqlites_file
async def test_hub_tells_its_life_and_falls_silent_while_the_database_is_held_up(tmp_path: Path) -> None:
    with service_manager(f"@qianshao-{secrets.token_hex(8)}") as manager:
        async with served_hub(tmp_path, manager) as hub:
            assert any(word.startswith("STATUS=") and "0 / 0" in word for word in manager.hear())
            await until(lambda: manager.count("WATCHDOG=1") >= 4, "the hub says that it lives")
            times = [at for at, word in manager.said if word == "WATCHDOG=1"]
            assert max(b - a for a, b in itertools.pairwise(times)) < WATCHDOG_S
            health = f"http://127.0.0.1:{(tmp_path / 'port').read_text()}/healthz"
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.get(health)).status_code == 200
                with locked_database(tmp_path):
                    await until(lambda: any("storage: stalled" in word for word in manager.hear()), "it notices")
                    answer = await client.get(health)
                    assert (answer.status_code, answer.json()["parts"]["storage"]) == (503, "stalled")
                    before = manager.count("WATCHDOG=1")
                    await asyncio.sleep(WATCHDOG_S)  # what systemd would bear
                    assert manager.count("WATCHDOG=1") == before
                await until(lambda: manager.count("WATCHDOG=1") > before, "it lives again")
                await until(lambda: "storage" not in manager.hear()[-2], "and says so")
                assert (await client.get(health)).json()["status"] == "ok"
            hub.terminate()
            assert await hub.wait() == 0
            assert manager.hear()[-1] == "STOPPING=1"


async def test_broker_that_is_away_makes_the_hub_unhealthy_and_not_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.vitals.BROKER_AWAY_S", 0.5)
    async with open_broker("embedded", tmp_path / "broker") as broker:
        address = address_of(broker)
        given = {"broker_password": broker.hub_address.password}
        async with open_hub(tmp_path, address, **given) as hub, open_console(hub) as console:
            assert (await console.get("/healthz")).status_code == 200
            await broker.stop()
            await until(lambda: hub.vitals.health().parts.broker is Condition.AWAY, "the broker is away")
            answer = await console.get("/healthz")
            assert (answer.status_code, answer.json()["status"]) == (503, "failing")
            assert hub.vitals.alive


async def test_event_loop_that_was_held_up_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.vitals.LOOP_LATE_S", 0.3)
    async with open_hub(tmp_path) as hub:
        await until(lambda: hub.vitals.alive, "the hub lives")
        time.sleep(1.0)  # noqa: ASYNC251 this is the fault
        assert hub.vitals.health().parts.loop is Condition.STALLED and not hub.vitals.alive
        await until(lambda: hub.vitals.alive, "the loop turns again")
