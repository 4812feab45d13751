"""The campaign's PostgreSQL server: on its disk, started again whenever it ends, as a service manager would."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from hub.children import end_child, start_child

USER = "qianshao"
AS_POSTGRES = ("setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--pdeathsig", "KILL")
"""How root starts it: it refuses to run as root."""
READY_WITHIN_S = 60.0
AGAIN_AFTER_S = 0.5
_ASK_EVERY_S = 0.05
_SETTINGS = ("listen_addresses=", "max_connections=20")
"""What it keeps is as durable as with its own defaults."""


def programs() -> Path | None:
    """Where PostgreSQL's programs are (Debian: the package postgresql); None: not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[4]))
    return found[-1].parent if found else None


class DatabaseServer:
    """A server whose data is in the folder ``data`` and that is reached by a socket in the folder ``sockets``."""

    def __init__(self, data: Path, sockets: Path) -> None:
        """Raises ValueError where PostgreSQL is not installed."""
        found = programs()
        if found is None:
            raise ValueError("这台机器没有 PostgreSQL：apt-get install postgresql（PostgreSQL is not installed）")
        self._programs = found
        self._data = data
        self._sockets = sockets
        self._prefix = AS_POSTGRES if os.geteuid() == 0 else ()
        self._process: asyncio.subprocess.Process | None = None
        self.may_start = asyncio.Lock()
        """Held while its disk is away."""
        self.restarts = 0

    @property
    def url(self) -> str:
        """The database, for the hub's setting ``database``."""
        return f"postgresql://{USER}@/{USER}?host={self._sockets}"

    async def make(self) -> None:
        """Make its data, start it, and make the hub's database. Raises SubprocessError, TimeoutError."""
        for folder in (self._data, self._sockets):
            folder.mkdir(mode=0o700)
            if self._prefix:
                shutil.chown(folder, "postgres")
                folder.parent.chmod(0o711)
        initdb = (str(self._programs / "initdb"), "-E", "UTF8", "--locale", "C.UTF-8", "-A", "trust", "-U", USER)
        command = (*self._prefix, *initdb, "-D", str(self._data))
        await asyncio.to_thread(subprocess.run, command, cwd="/", check=True, capture_output=True)
        await self.start()
        with self._connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {USER}")

    async def start(self) -> None:
        """Start it and wait until it answers. Raises TimeoutError, OSError when it ends instead."""
        settings = [word for one in (*_SETTINGS, f"unix_socket_directories={self._sockets}") for word in ("-c", one)]
        self._process = await start_child(
            [*self._prefix, str(self._programs / "postgres"), "-D", str(self._data), *settings],
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await self._ready(self._process)

    def kill(self) -> bool:
        """SIGKILL to the server, whose other processes end when they see it; false while it is away."""
        if self._process is None or self._process.returncode is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)
        return True

    async def wait_ended(self) -> None:
        """Until the server has ended."""
        assert self._process is not None
        await self._process.wait()

    async def keep(self) -> None:
        """Start it again whenever it ends, until cancelled."""
        while True:
            await self.wait_ended()
            self.restarts += 1
            try:
                async with self.may_start:
                    pass
                await self.start()
            except (OSError, TimeoutError):  # its other processes are still there, or its disk is full
                self.kill()
                await asyncio.sleep(AGAIN_AFTER_S)

    async def settled(self) -> None:
        """Once no one keeps it any more: it answers. Raises TimeoutError, OSError."""
        assert self._process is not None
        if self._process.returncode is None:
            await self._ready(self._process)
        else:
            await self.start()

    def hold(self, for_s: float) -> bool:
        """Hold the table of events as another program would; false where it could not be had."""
        try:
            with self._connect(USER) as connection, connection.transaction():
                connection.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
                time.sleep(for_s)
        except psycopg.Error:
            return False
        return True

    async def stop(self) -> None:
        """End it."""
        if self._process is not None:
            await end_child(self._process, patience_s=10)

    async def _ready(self, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(READY_WITHIN_S):
            while not await asyncio.to_thread(self._answers):
                if process.returncode is not None:
                    raise OSError("PostgreSQL ended")
                await asyncio.sleep(_ASK_EVERY_S)

    def _answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg.Error:
            return False
        return True

    def _connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(host=str(self._sockets), user=USER, dbname=name, autocommit=True, connect_timeout=5)
