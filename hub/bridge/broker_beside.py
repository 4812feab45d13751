"""A mosquitto beside the hub: something else starts it, and it reads what the hub writes into a folder of both.

The hub cannot signal it; who runs it does so whenever the file of passwords changes (deploy/compose/mosquitto/serve).
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable, Sequence

from hub.bridge.accesslist import BrokerUser
from hub.bridge.broker_choice import BrokerError
from hub.bridge.broker_files import BrokerFiles
from hub.bridge.configuration import PROBE_USER
from hub.bridge.probe import lets_in

READ_WITHIN_S = 10.0
ASK_EVERY_S = 0.05


class BrokerBeside:
    """Knows the newest users within a second; one that is away, or not there yet, reads them when it starts."""

    pid = None
    restarts = 0

    def __init__(self, files: BrokerFiles, host: str, port: int, tls: ssl.SSLContext) -> None:
        self._files = files
        self._host = host
        self._port = port
        self._tls = tls
        self._writing = asyncio.Lock()
        self.is_kept = False
        """Whether it was told whom to let in."""
        self.rereads = 0

    async def start(self, users: Callable[[], Sequence[BrokerUser]]) -> None:
        """Write what it reads; it may start after the hub. Raises BrokerError, where the folder cannot be used."""
        try:
            await asyncio.to_thread(self._files.write_users, users())
        except OSError as error:
            raise BrokerError(f"the broker's folder cannot be written: {error}") from None
        self.is_kept = True

    async def tell(self, users: Callable[[], Sequence[BrokerUser]]) -> None:
        """Have it know ``users`` and its certificate anew; done when it does. Raises BrokerError, OSError."""
        async with self._writing:
            await asyncio.to_thread(self._files.write_users, users())
            deadline_s = time.monotonic() + READ_WITHIN_S
            while not await lets_in(self._port, PROBE_USER, self._files.probe_password, self._host, self._tls):
                if not await self._listens():
                    return
                if time.monotonic() > deadline_s:
                    raise BrokerError(
                        f"the broker at {self._host} does not let in whom the hub has just written down: see whether "
                        f"it runs as deploy/compose/mosquitto/serve does, and its certificate names {self._host}"
                    )
                await asyncio.sleep(ASK_EVERY_S)
            self.rereads += 1

    async def _listens(self) -> bool:
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                _, writer = await asyncio.open_connection(self._host, self._port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True

    async def stop(self) -> None:
        """It goes on: radios keep their lines while the hub is started anew."""
