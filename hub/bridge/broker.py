"""The MQTT broker, one door: mosquitto run by or beside the hub, the embedded one, or one given by address."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from devices.link import BrokerAddress
from hub.bridge.accesslist import BrokerUser
from hub.bridge.broker_beside import BrokerBeside
from hub.bridge.broker_choice import BrokerError, choose, find_mosquitto, free_port
from hub.bridge.broker_files import BrokerFiles
from hub.bridge.broker_process import BrokerProcess, Users
from hub.bridge.configuration import DEVICE_USER, HUB_USER, BrokerListen
from hub.bridge.external_broker import External
from hub.settings import LOOPBACK_HOSTS, BrokerChoice
from hub.tasks import end_tasks

__all__ = ["Broker", "BrokerError", "Entrance", "choose", "find_mosquitto", "free_port"]

_log = structlog.get_logger()
TOGETHER_S = 0.05
"""Changes of who may come in that come within this go to the broker together."""
REREAD_AGAIN_AFTER_S = 1.0
CUT_OFF_S = 60.0
"""How long somebody who floods is kept out."""
_WILDCARDS = frozenset({"0.0.0.0", "::"})


@dataclass(frozen=True)
class Entrance:
    """Where and how a device comes to the broker; the shared name and password are the embedded broker's."""

    host: str
    port: int
    shared_user: str | None = None
    shared_password: str | None = field(default=None, repr=False)
    authority_pem: str | None = None


class Broker:
    """A broker to connect to: started and kept alive by the hub, beside it and told by it, or somebody else's.

    ``hub_address`` and ``hub_tls`` are where and how the hub connects; ``entrance`` says the same for devices. The
    managed broker knows each device and its topics, also where it is beside the hub; the embedded one knows passwords
    and no access list.
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
        shared: Path | None = None,
    ) -> None:
        """``listen`` is the managed broker's TLS; ``authority`` that of a broker given as mqtts://.

        ``shared`` is the folder of a mosquitto beside the hub, given as mqtts:// too. Raises BrokerError.
        """
        self._kind = choose(choice)
        self._listen = listen
        self._users: Users = tuple
        self._process: BrokerProcess | BrokerBeside | None = None
        self._applying: asyncio.Task[None] | None = None
        self._cut_off: dict[str, asyncio.Task[None]] = {}
        if shared is not None:
            self._open_beside(folder, choice, shared)
            return
        if self._kind is None:
            external = External.at(choice, password, authority, hub_has_tls=listen is not None)
            self.hub_address, self.hub_tls = external.address, external.tls
            self._own_entrance = Entrance(
                self.hub_address.host, self.hub_address.port, authority_pem=external.authority_pem
            )
            return
        if self._kind is BrokerChoice.EMBEDDED and listen is not None:
            raise BrokerError(
                "the embedded broker serves this machine alone, without TLS: install Debian's package mosquitto to "
                "serve devices on other machines, or use --host 127.0.0.1 without TLS"
            )
        files = BrokerFiles(folder, self._kind, port, listen)
        own = files.credentials
        self._process = BrokerProcess(self._kind, files)
        self.hub_address, self.hub_tls = BrokerAddress("127.0.0.1", own.port, HUB_USER, own.hub_password), None
        if self._kind is BrokerChoice.EMBEDDED:
            self._own_entrance = Entrance("127.0.0.1", own.port, DEVICE_USER, own.device_password)
        else:
            self._own_entrance = Entrance("127.0.0.1", own.port)

    def _open_beside(self, folder: Path, choice: str, shared: Path) -> None:
        if self._kind is not None or self._listen is None:
            raise BrokerError(
                "broker_folder is for a mosquitto beside a hub that serves TLS: give its address as mqtts://HOST:PORT "
                "and serve with --host"
            )
        external = External.at(choice, None, self._listen.authority, hub_has_tls=True)
        self._kind = BrokerChoice.MANAGED
        files = BrokerFiles(folder, self._kind, external.address.port, self._listen, shared)
        self.hub_address = replace(external.address, username=HUB_USER, password=files.credentials.hub_password)
        self.hub_tls = external.tls
        self._own_entrance = Entrance(
            external.address.host, external.address.port, authority_pem=external.authority_pem
        )
        assert external.tls is not None
        self._process = BrokerBeside(files, external.address.host, external.address.port, external.tls)

    @property
    def takes_two_lines(self) -> bool:
        """Whether the hub may connect twice, with voice on a line of its own: over TLS a name is connected once."""
        return self._process is not None and self.hub_tls is None

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

    @property
    def restarts(self) -> int:
        """How often the hub had to start it again."""
        return self._process.restarts if self._process else 0

    @property
    def rereads(self) -> int:
        """How often it has read its files again."""
        return self._process.rereads if self._process else 0

    def own_entrance(self) -> Entrance:
        """For what runs on the hub's own machine."""
        return self._own_entrance

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

    def prepare(self, users: Users) -> None:
        """Before ``start``: who may come in from the first moment on."""
        self._users = users

    async def start(self) -> None:
        """Start the broker and return when it serves. Raises BrokerError when it does not."""
        if self._process is not None:
            await self._process.start(self._present)

    async def apply(self, users: Users) -> None:
        """Have the broker know ``users`` and its certificate anew; done when it does. Raises BrokerError, OSError.

        Connections of users who are gone, or whose password is another, end. While the broker is away it reads the
        files when it comes back. What comes within TOGETHER_S goes together.
        """
        self._users = users
        if self._kind is not BrokerChoice.MANAGED or self._process is None or not self._process.is_kept:
            return
        if self._applying is None:
            self._applying = asyncio.create_task(self._apply_soon(self._process), name="broker-apply")
        await asyncio.shield(self._applying)

    async def reread(self) -> None:
        """Have the broker read its certificate and its users again; tried until it has."""
        while True:
            try:
                return await self.apply(self._users)
            except (BrokerError, OSError) as error:
                _log.error("broker.not_reread", error=str(error))
                await asyncio.sleep(REREAD_AGAIN_AFTER_S)

    async def _apply_soon(self, process: BrokerProcess | BrokerBeside) -> None:
        await asyncio.sleep(TOGETHER_S)
        self._applying = None
        await process.tell(self._present)

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
        await self.reread()
        await asyncio.sleep(CUT_OFF_S)
        del self._cut_off[name]
        await self.reread()

    async def stop(self) -> None:
        """End the broker, where it is the hub's."""
        await end_tasks(*self._cut_off.values())
        if self._applying is not None:
            await end_tasks(self._applying)
        if self._process is not None:
            await self._process.stop()
