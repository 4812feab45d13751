"""The MQTT broker, one door with three ways: mosquitto run by the hub, the embedded one, or one given by address."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

from devices.link import BrokerAddress
from devices.protocol import topics
from hub.children import end_child, start_child
from hub.settings import BrokerChoice
from hub.tasks import end_tasks

_log = structlog.get_logger()
READY_WITHIN_S = 10.0
RESTART_AFTER_S = 0.2
TOPIC_BYTES = 512
"""Room for topic and properties beside the largest payload."""
HUB_USER = "hub"
DEVICE_USER = "device"
_PORTS = range(20_000, 32_000)
WORKER_USER = "worker"


class BrokerError(RuntimeError):
    """The broker cannot be used; says what to do."""


@dataclass(frozen=True)
class BrokerCredentials:
    """What the hub made up for its own broker; kept in the data folder, readable by its owner alone."""

    port: int
    hub_password: str
    device_password: str
    worker_password: str


def find_mosquitto() -> str | None:
    """The machine's mosquitto, which Debian keeps outside a user's PATH."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin:/usr/local/sbin")


def choose(choice: str) -> BrokerChoice | None:
    """What ``auto`` means on this machine; None for a broker given by address. Raises BrokerError."""
    if choice.startswith("mqtt://"):
        return None
    wanted = BrokerChoice(choice)
    if wanted is BrokerChoice.AUTO:
        return BrokerChoice.MANAGED if find_mosquitto() else BrokerChoice.EMBEDDED
    if wanted is BrokerChoice.MANAGED and not find_mosquitto():
        raise BrokerError("mosquitto is not installed: install Debian's package mosquitto, or use --broker embedded")
    return wanted


def free_port() -> int:
    """A loopback port that nothing listens on now, below the range that systems take for outgoing connections.

    From that range (Linux: 32768 to 60999) a device that calls while the broker is away could be given the broker's own
    port, and then be connected to itself.
    """
    ports = random.SystemRandom().sample(_PORTS, 100)
    for port in ports:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise BrokerError(f"no free port among {len(ports)} tried: choose --broker-port")


def mosquitto_configuration(folder: Path, credentials: BrokerCredentials) -> str:
    """mosquitto.conf: loopback, passwords, no delay, bounded, nothing persistent (the hub keeps what matters)."""
    return "\n".join(
        (
            f"listener {credentials.port} 127.0.0.1",
            "allow_anonymous false",
            f"password_file {folder / 'passwords'}",
            f"acl_file {folder / 'access'}",
            "set_tcp_nodelay true",
            "persistence false",
            "max_inflight_messages 400",
            "max_queued_messages 4000",
            f"max_packet_size {topics.MAX_PAYLOAD_BYTES + TOPIC_BYTES}",
            *(["user root"] if os.geteuid() == 0 else []),  # it would leave for a user who cannot read its files
            "max_keepalive 60",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "",
        )
    )


def mosquitto_access() -> str:
    """Which user may use which topics.

    Devices say only what radios and cameras say and hear only what is said to them; an Assign, which may hold camera
    passwords, is between the hub and its workers.
    """
    prefix = topics.PREFIX
    device = [f"topic read {prefix}/group/#", f"topic read {prefix}/hub/#"]
    for kind in (topics.DeviceKind.RADIO, topics.DeviceKind.CAMERA):
        device += [f"topic write {topics.all_up(kind, what)}" for what in topics.Up]
        device += [f"topic read {prefix}/{kind.value}/+/{what.value}" for what in topics.Down]
    worker = (f"topic readwrite {prefix}/{topics.DeviceKind.WORKER.value}/#", f"topic read {prefix}/hub/#")
    return "\n".join(
        (
            f"user {HUB_USER}",
            f"topic readwrite {prefix}/#",
            "",
            f"user {DEVICE_USER}",
            *device,
            "",
            f"user {WORKER_USER}",
            *worker,
            "",
        )
    )


def embedded_configuration(credentials: BrokerCredentials) -> str:
    """rumqttd's TOML: MQTT 5 on loopback with passwords; four segments of 1 MB a topic bound its memory."""
    return f"""id = 0
[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 400
max_segment_size = 1048576
max_segment_count = 4
[v5.1]
name = "v5"
listen = "127.0.0.1:{credentials.port}"
next_connection_delay_ms = 0
[v5.1.connections]
connection_timeout_ms = 10000
max_payload_size = {topics.MAX_PAYLOAD_BYTES + TOPIC_BYTES}
max_inflight_count = 400
dynamic_filters = true
[v5.1.connections.auth]
{HUB_USER} = "{credentials.hub_password}"
{DEVICE_USER} = "{credentials.device_password}"
{WORKER_USER} = "{credentials.worker_password}"
"""


class Broker:
    """A broker to connect to: started and kept alive by the hub, or somebody else's.

    ``address`` is where devices connect (user ``device``), ``worker_address`` where vision workers do (user
    ``worker``), ``hub_address`` where the hub does. The embedded broker knows passwords and no access list.
    """

    def __init__(self, folder: Path, choice: str, *, port: int = 0, password: str | None = None) -> None:
        self._folder = folder
        self._kind = choose(choice)
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.restarts = 0
        if self._kind is None:
            self.address = self.worker_address = self.hub_address = BrokerAddress.parse(choice, password)
            return
        self._credentials = self._load(port)
        self.address = self._user(DEVICE_USER, self._credentials.device_password)
        self.worker_address = self._user(WORKER_USER, self._credentials.worker_password)
        self.hub_address = self._user(HUB_USER, self._credentials.hub_password)

    @property
    def kind(self) -> str:
        """managed, embedded or external."""
        return self._kind.value if self._kind else "external"

    @property
    def pid(self) -> int | None:
        """The broker's process, where it is the hub's child."""
        return self._process.pid if self._process else None

    def _user(self, user: str, password: str) -> BrokerAddress:
        return BrokerAddress("127.0.0.1", self._credentials.port, user, password)

    def _load(self, port: int) -> BrokerCredentials:
        file = self._folder / "credentials.json"
        if file.exists():
            found = json.loads(file.read_text())
            if port in (0, found["port"]) and "worker_password" in found:
                return BrokerCredentials(**found)
            if port in (0, found["port"]):
                kept = BrokerCredentials(**found, worker_password=secrets.token_urlsafe(24))
                self._write("credentials.json", json.dumps(kept.__dict__))
                return kept
        made = BrokerCredentials(port or free_port(), *(secrets.token_urlsafe(24) for _ in range(3)))
        self._write("credentials.json", json.dumps(made.__dict__))
        return made

    def _write(self, name: str, text: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._folder / name
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_text(text)
        return file

    def _command(self) -> list[str]:
        folder = self._folder.resolve()
        if self._kind is BrokerChoice.EMBEDDED:
            configuration = self._write("rumqttd.toml", embedded_configuration(self._credentials))
            return [sys.executable, "-m", "iotcore", "--config", str(configuration), "--log-level", "CRITICAL"]
        mosquitto = find_mosquitto()
        assert mosquitto is not None
        users = {
            HUB_USER: self._credentials.hub_password,
            DEVICE_USER: self._credentials.device_password,
            WORKER_USER: self._credentials.worker_password,
        }
        passwords = self._write("passwords", "".join(f"{user}:{password}\n" for user, password in users.items()))
        subprocess.run([shutil.which("mosquitto_passwd") or "mosquitto_passwd", "-U", str(passwords)], check=True)
        self._write("access", mosquitto_access())
        return [mosquitto, "-c", str(self._write("mosquitto.conf", mosquitto_configuration(folder, self._credentials)))]

    async def start(self) -> None:
        """Start the broker and return when it listens. Raises BrokerError when it does not."""
        if self._kind is None:
            return
        command = await asyncio.to_thread(self._command)
        await self._start_child(command)
        self._keeper = asyncio.create_task(self._keep(command), name="broker-keeper")

    async def _start_child(self, command: list[str]) -> None:
        if await self._listens():
            raise BrokerError(f"port {self._credentials.port} is taken by another program: choose --broker-port")
        self._process = await start_child(command)
        deadline = time.monotonic() + READY_WITHIN_S
        while not await self._listens():
            if self._process.returncode is not None:
                raise BrokerError(f"the {self.kind} broker ended with code {self._process.returncode} at its start")
            if time.monotonic() > deadline:
                raise BrokerError(f"the {self.kind} broker does not listen after {READY_WITHIN_S:.0f} s")
            await asyncio.sleep(0.02)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._credentials.port)
        except OSError:
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True

    async def _keep(self, command: list[str]) -> None:
        while True:
            assert self._process is not None
            code = await self._process.wait()
            self.restarts += 1
            _log.error("broker.ended", kind=self.kind, code=code, restarts=self.restarts)
            await asyncio.sleep(RESTART_AFTER_S)
            try:
                await self._start_child(command)
            except (BrokerError, OSError) as error:
                _log.error("broker.not_restarted", error=str(error))
                await asyncio.sleep(1.0)

    async def stop(self) -> None:
        """End the broker, where it is the hub's."""
        if self._keeper is not None:
            await end_tasks(self._keeper)
        if self._process is not None:
            await end_child(self._process)
