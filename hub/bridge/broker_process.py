"""The process of the broker that the hub runs: started, started again when it ends, told to read its files again."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import time
from collections.abc import Callable, Sequence

import structlog

from hub.bridge.accesslist import BrokerUser
from hub.bridge.broker_choice import BrokerError
from hub.bridge.broker_files import BrokerFiles
from hub.bridge.configuration import PROBE_USER
from hub.bridge.probe import lets_in
from hub.children import end_child, start_child
from hub.settings import BrokerChoice
from hub.tasks import end_tasks

_log = structlog.get_logger()
READY_WITHIN_S = 10.0
RESTART_AFTER_S = 0.2
START_TRIES = 5
"""A broker that somebody kills while it starts is started again so often before the hub gives up."""

Users = Callable[[], Sequence[BrokerUser]]
"""Asked when the files are written, so that many changes cost one look."""


class _Killed(BrokerError):
    """A signal ended it at its start: another try may fare better, as it would not with a file that it cannot read."""


class BrokerProcess:
    """A child of the hub that serves from ``start`` to ``stop``, with an interruption each time that it ends."""

    def __init__(self, kind: BrokerChoice, files: BrokerFiles) -> None:
        self._kind = kind
        self._files = files
        self._port = files.credentials.port
        self._child: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._serving = False
        self._reading = asyncio.Lock()
        """Held while the broker reads its files, at its start or later: nobody writes them meanwhile."""
        self.restarts = 0
        self.rereads = 0

    @property
    def pid(self) -> int | None:
        """None before it was started."""
        return self._child.pid if self._child else None

    @property
    def is_kept(self) -> bool:
        """Whether it was started."""
        return self._keeper is not None

    async def start(self, users: Users) -> None:
        """Start it and return when it serves. Raises BrokerError when it does not, OSError."""
        _allow_open_files()
        command = await asyncio.to_thread(self._files.write_all, users())
        for left in reversed(range(START_TRIES)):
            try:
                await self._start_child(command)
                break
            except _Killed as error:
                if not left:
                    raise
                _log.error("broker.killed_at_start", error=str(error), tries_left=left)
                await asyncio.sleep(RESTART_AFTER_S)
        self._keeper = asyncio.create_task(self._keep(command), name="broker-keeper")

    async def _start_child(self, command: list[str]) -> None:
        if await self._listens():
            raise BrokerError(f"port {self._port} is taken by another program: choose --broker-port")
        self._child = await start_child(command)
        deadline = time.monotonic() + READY_WITHIN_S
        while not await self._serves():
            if (code := self._child.returncode) is not None:
                words = f"the {self._kind.value} broker ended with code {code} at its start"
                raise _Killed(words) if code < 0 else BrokerError(words)
            if time.monotonic() > deadline:
                await end_child(self._child)  # or its keeper would wait for its end, and tell it nothing
                raise BrokerError(f"the {self._kind.value} broker does not serve after {READY_WITHIN_S:.0f} s")
            await asyncio.sleep(0.02)
        self._serving = True

    async def _serves(self) -> bool:
        """Whether the broker does its work: mosquitto is asked as the probe, for it listens before it takes signals."""
        if self._kind is BrokerChoice.EMBEDDED:
            return await self._listens()
        return await lets_in(self._port, PROBE_USER, self._files.probe_password)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True

    async def tell(self, users: Users) -> None:
        """Have mosquitto know ``users`` and its certificate anew; done when it does. Raises BrokerError, OSError."""
        async with self._reading:
            await asyncio.to_thread(self._files.write_users, users())
            await self._have_read()

    async def _have_read(self) -> None:
        """Signal it and wait until it lets the newest probe in; one that is away reads when it starts."""
        if not self._serving or self._child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + READY_WITHIN_S
        while self._serving and not await self._serves():
            if time.monotonic() > deadline:
                raise BrokerError(f"the broker did not read its files again within {READY_WITHIN_S:.0f} s")
            await asyncio.sleep(0.01)
        self.rereads += 1

    async def _keep(self, command: list[str]) -> None:
        while True:
            assert self._child is not None
            code = await self._child.wait()
            self._serving = False
            self.restarts += 1
            _log.error("broker.ended", kind=self._kind.value, code=code, restarts=self.restarts)
            await asyncio.sleep(RESTART_AFTER_S)
            try:
                async with self._reading:
                    await self._start_child(command)
            except (BrokerError, OSError) as error:
                _log.error("broker.not_restarted", error=str(error))
                await asyncio.sleep(1.0)

    async def stop(self) -> None:
        """End it."""
        self._serving = False
        if self._keeper is not None:
            await end_tasks(self._keeper)
        if self._child is not None:
            await end_child(self._child)


def _allow_open_files() -> None:
    """Each device is an open file of the broker, which inherits the hub's limits; the usual soft one is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):  # a hard limit above what the kernel allows now
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
