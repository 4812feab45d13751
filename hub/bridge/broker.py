"""The MQTT broker, one door with three ways: mosquitto run by the hub, the embedded one, or one given by address."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import resource
import secrets
import shutil
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog

from devices.link import BrokerAddress
from devices.private_file import write_private
from devices.protocol import topics
from hub.bridge.accesslist import BrokerUser, access_text, password_line, passwords_text
from hub.bridge.configuration import (
    DEVICE_USER,
    HUB_USER,
    PROBE_USER,
    BrokerCredentials,
    BrokerListen,
    embedded_configuration,
    mosquitto_configuration,
)
from hub.bridge.probe import lets_in
from hub.children import end_child, start_child
from hub.settings import LOOPBACK_HOSTS, BrokerChoice
from hub.tasks import end_tasks

_log = structlog.get_logger()
READY_WITHIN_S = 10.0
RESTART_AFTER_S = 0.2
TOGETHER_S = 0.05
"""Changes of who may come in that come within this go to the broker together."""
CUT_OFF_S = 60.0
"""How long somebody who floods is kept out."""
_PORTS = range(20_000, 32_000)
_WILDCARDS = frozenset({"0.0.0.0", "::"})
MQTTS = "mqtts://"
MQTTS_PORT = 8883

Users = Callable[[], Sequence[BrokerUser]]
"""Asked when the files are written, so that many changes cost one look."""


class BrokerError(RuntimeError):
    """The broker cannot be used; says what to do."""


@dataclass(frozen=True)
class Entrance:
    """Where and how a device comes to the broker; the shared name and password are the embedded broker's."""

    host: str
    port: int
    shared_user: str | None = None
    shared_password: str | None = field(default=None, repr=False)
    authority_pem: str | None = None


def find_mosquitto() -> str | None:
    """The machine's mosquitto, which Debian keeps outside a user's PATH."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin:/usr/local/sbin")


def choose(choice: str) -> BrokerChoice | None:
    """What ``auto`` means on this machine; None for a broker given by address. Raises BrokerError."""
    if choice.startswith(("mqtt://", MQTTS)):
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


def _external_address(choice: str, password: str | None) -> BrokerAddress:
    """A broker of somebody else. Raises BrokerError for one that would be told secrets over an open line."""
    if choice.startswith(MQTTS):
        rest = choice.removeprefix(MQTTS)
        has_port = ":" in rest.rpartition("@")[2].rpartition("]")[2]
        return BrokerAddress.parse(f"mqtt://{rest}" if has_port else f"mqtt://{rest}:{MQTTS_PORT}", password)
    address = BrokerAddress.parse(choice, password)
    if address.host not in LOOPBACK_HOSTS:
        raise BrokerError(
            f"{choice} is on another machine and not encrypted: use mqtts:// and give its authority's certificate "
            "in QIANSHAO_BROKER_AUTHORITY"
        )
    return address


class Broker:
    """A broker to connect to: started and kept alive by the hub, or somebody else's.

    ``hub_address`` and ``hub_tls`` are where and how the hub connects; ``entrance`` says the same for devices. The
    managed broker knows each device and its topics; the embedded one knows passwords and no access list.
    """

    def __init__(
        self,
        folder: Path,
        choice: str,
        *,
        port: int = 0,
        password: str | None = None,
        listen: BrokerListen | None = None,
        authority: Path | None = None,
    ) -> None:
        """``listen`` is the managed broker's TLS; ``authority`` that of a broker given as mqtts://."""
        self._folder = folder
        self._kind = choose(choice)
        self._listen = listen
        self._users: Users = tuple
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._applying: asyncio.Task[None] | None = None
        self._rereading = asyncio.Lock()
        self._cut_off: dict[str, asyncio.Task[None]] = {}
        self._serving = False
        self._probe_password = ""
        self.hub_tls: ssl.SSLContext | None = None
        self._authority_pem: str | None = None
        self.restarts = 0
        self.rereads = 0
        if self._kind is None:
            self._know_external(choice, password, authority)
            return
        if self._kind is BrokerChoice.EMBEDDED and listen is not None:
            raise BrokerError(
                "the embedded broker serves this machine alone, without TLS: install Debian's package mosquitto to "
                "serve devices on other machines, or use --host 127.0.0.1 without TLS"
            )
        self._credentials = self._load(port)
        self.hub_address = BrokerAddress("127.0.0.1", self._credentials.port, HUB_USER, self._credentials.hub_password)

    def _know_external(self, choice: str, password: str | None, authority: Path | None) -> None:
        self.hub_address = _external_address(choice, password)
        if not choice.startswith(MQTTS):
            if self._listen is not None:
                raise BrokerError(f"the hub serves TLS and {choice} does not: use mqtts://, or no TLS on both")
            return
        if authority is None:
            raise BrokerError(f"{choice} needs its authority's certificate: give QIANSHAO_BROKER_AUTHORITY")
        try:
            self._authority_pem = authority.read_text()
            self.hub_tls = ssl.create_default_context(cadata=self._authority_pem)
        except (OSError, ssl.SSLError) as error:
            raise BrokerError(f"{authority} is no authority's certificate ({error})") from None
        self.hub_tls.minimum_version = ssl.TLSVersion.TLSv1_3

    @property
    def kind(self) -> str:
        """managed, embedded or external."""
        return self._kind.value if self._kind else "external"

    @property
    def authority(self) -> Path | None:
        """The file of the authority's certificate by which devices know the hub; None without TLS."""
        return self._listen.authority if self._listen else None

    @property
    def pid(self) -> int | None:
        """The broker's process, where it is the hub's child."""
        return self._process.pid if self._process else None

    def own_entrance(self) -> Entrance:
        """For what runs on the hub's own machine."""
        address = self.hub_address
        if self._kind is BrokerChoice.EMBEDDED:
            return Entrance(address.host, address.port, DEVICE_USER, self._credentials.device_password)
        return Entrance(address.host, address.port, authority_pem=self._authority_pem)

    def entrance(self, host: str) -> Entrance:
        """For a device that reached the hub as ``host``. Raises OSError when the authority's file is gone."""
        if self._listen is None:
            return self.own_entrance()
        authority_pem = self._listen.authority.read_text()
        if self._kind is None:
            own = self.own_entrance()
            return Entrance(own.host, own.port, authority_pem=authority_pem + (own.authority_pem or ""))
        elsewhere = host in LOOPBACK_HOSTS and self._listen.host not in _WILDCARDS
        return Entrance(self._listen.host if elsewhere else host, self._listen.port, authority_pem=authority_pem)

    def _load(self, port: int) -> BrokerCredentials:
        file = self._folder / "credentials.json"
        if file.exists():
            found = json.loads(file.read_text())
            if port in (0, found["port"]):
                return BrokerCredentials(found["port"], found["hub_password"], found["device_password"])
        made = BrokerCredentials(port or free_port(), secrets.token_urlsafe(24), secrets.token_urlsafe(24))
        self._write("credentials.json", json.dumps(asdict(made)))
        return made

    def _write(self, name: str, text: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._folder / name
        write_private(file, text.encode())
        return file

    def _write_users(self, users: Sequence[BrokerUser]) -> None:
        """The password file and the access list: the hub, a fresh probe, and ``users``."""
        self._probe_password = secrets.token_urlsafe(24)
        everything = (f"{topics.PREFIX}/#",)
        hub = BrokerUser(HUB_USER, password_line(self._credentials.hub_password), everything, everything)
        probe = BrokerUser(PROBE_USER, password_line(self._probe_password))
        self._write("passwords", passwords_text((hub, probe, *users)))
        self._write("access", access_text((hub, probe, *users)))

    def _command(self, users: Sequence[BrokerUser]) -> list[str]:
        if self._kind is BrokerChoice.EMBEDDED:
            configuration = self._write("rumqttd.toml", embedded_configuration(self._credentials))
            return [sys.executable, "-m", "iotcore", "--config", str(configuration), "--log-level", "CRITICAL"]
        mosquitto = find_mosquitto()
        assert mosquitto is not None
        self._write_users(users)
        text = mosquitto_configuration(self._folder.resolve(), self._credentials.port, self._listen)
        return [mosquitto, "-c", str(self._write("mosquitto.conf", text))]

    def prepare(self, users: Users) -> None:
        """Before ``start``: who may come in from the first moment on."""
        self._users = users

    async def start(self) -> None:
        """Start the broker and return when it serves. Raises BrokerError when it does not."""
        if self._kind is None:
            return
        _allow_open_files()
        command = await asyncio.to_thread(self._command, self._present())
        await self._start_child(command)
        self._keeper = asyncio.create_task(self._keep(command), name="broker-keeper")

    async def _start_child(self, command: list[str]) -> None:
        if await self._listens():
            raise BrokerError(f"port {self._credentials.port} is taken by another program: choose --broker-port")
        self._process = await start_child(command)
        deadline = time.monotonic() + READY_WITHIN_S
        while not await self._serves():
            if self._process.returncode is not None:
                raise BrokerError(f"the {self.kind} broker ended with code {self._process.returncode} at its start")
            if time.monotonic() > deadline:
                raise BrokerError(f"the {self.kind} broker does not serve after {READY_WITHIN_S:.0f} s")
            await asyncio.sleep(0.02)
        self._serving = True

    async def _serves(self) -> bool:
        """Whether the broker does its work: mosquitto is asked as the probe, for it listens before it takes signals."""
        if self._kind is BrokerChoice.EMBEDDED:
            return await self._listens()
        return await lets_in(self._credentials.port, PROBE_USER, self._probe_password)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._credentials.port)
        except OSError:
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True

    async def apply(self, users: Users) -> None:
        """Have the broker know ``users`` and its certificate anew; done when it does.

        Connections of users who are gone, or whose password is another, end. While the broker is away it reads the
        files when it comes back. What comes within TOGETHER_S goes together.
        """
        self._users = users
        if self._kind is not BrokerChoice.MANAGED or self._keeper is None:
            return
        if self._applying is None:
            self._applying = asyncio.create_task(self._apply_soon(), name="broker-apply")
        await asyncio.shield(self._applying)

    async def reread(self) -> None:
        """Have the broker read its certificate again; done when it has."""
        await self.apply(self._users)

    async def _apply_soon(self) -> None:
        await asyncio.sleep(TOGETHER_S)
        self._applying = None
        async with self._rereading:
            await asyncio.to_thread(self._write_users, self._present())
            await self._have_read()

    def _present(self) -> list[BrokerUser]:
        return [user for user in self._users() if user.name not in self._cut_off]

    def cut_off(self, name: str) -> bool:
        """End a user's line and let it in again after CUT_OFF_S; false when it is out already, or not by the hub.

        Not on disk: a hub that starts anew lets it in. At most one task a user.
        """
        if self._kind is not BrokerChoice.MANAGED or name in self._cut_off:
            return False
        self._cut_off[name] = asyncio.create_task(self._keep_out(name), name=f"broker-cut-off-{name}")
        return True

    async def _keep_out(self, name: str) -> None:
        await self._reread_surely()
        await asyncio.sleep(CUT_OFF_S)
        del self._cut_off[name]
        await self._reread_surely()

    async def _reread_surely(self) -> None:
        while True:
            try:
                return await self.reread()
            except (BrokerError, OSError) as error:
                _log.error("broker.not_reread", error=str(error))
                await asyncio.sleep(1.0)

    async def _have_read(self) -> None:
        """Signal the broker and wait until it lets the newest probe in; one that is away reads when it starts."""
        if not self._serving or self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + READY_WITHIN_S
        while self._serving and not await self._serves():
            if time.monotonic() > deadline:
                raise BrokerError(f"the broker did not read its files again within {READY_WITHIN_S:.0f} s")
            await asyncio.sleep(0.01)
        self.rereads += 1

    async def _keep(self, command: list[str]) -> None:
        while True:
            assert self._process is not None
            code = await self._process.wait()
            self._serving = False
            self.restarts += 1
            _log.error("broker.ended", kind=self.kind, code=code, restarts=self.restarts)
            await asyncio.sleep(RESTART_AFTER_S)
            try:
                async with self._rereading:
                    await self._start_child(command)
            except (BrokerError, OSError) as error:
                _log.error("broker.not_restarted", error=str(error))
                await asyncio.sleep(1.0)

    async def stop(self) -> None:
        """End the broker, where it is the hub's."""
        self._serving = False
        await end_tasks(*self._cut_off.values())
        if self._applying is not None:
            await end_tasks(self._applying)
        if self._keeper is not None:
            await end_tasks(self._keeper)
        if self._process is not None:
            await end_child(self._process)


def _allow_open_files() -> None:
    """Each device is an open file of the broker, which inherits the hub's limits; the usual soft one is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):  # a hard limit above what the kernel allows now
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
