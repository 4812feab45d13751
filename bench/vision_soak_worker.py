"""A vision worker as on another machine: enrolled by a code, over TLS, through a link that can be cut or stalled."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.community import PoliceRoom
from bench.vision_soak_judging import Loss
from devices.enrol.client import enrol
from devices.protocol.topics import DeviceKind
from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder
from hub.children import end_child, start_child
from hub.enrolment.messages import Device, Invitation, NewCodes
from simulators.links.proxy import LinkProxy

OVER_TLS = {"QIANSHAO_TLS": "true", "QIANSHAO_BROKER_TLS_PORT": "0"}
NAME = "east"
_SOMEWHERE = ("192.0.2.1", 9)
"""Reserved for documentation (RFC 5737); nothing is sent to it."""


def own_address() -> str:
    """An address of this machine that is not loopback's: what another machine could read. Raises OSError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect(_SOMEWHERE)
        return str(line.getsockname()[0])


def make_certificates(hub_folder: Path) -> None:
    """Before the hub starts. Raises OSError."""
    CertificateFolder(hub_folder / "certificates").make(Names.of([], ["127.0.0.1"]), datetime.now(UTC))


class RemoteWorker:
    """Its process and its link to the broker."""

    def __init__(self, store: Path, link: LinkProxy) -> None:
        self._link = link
        self._store = store
        self._process: asyncio.subprocess.Process | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def enrolled(cls, room: PoliceRoom, folder: Path) -> AsyncIterator[RemoteWorker]:
        """On line. Raises EnrolError, httpx.HTTPError, TimeoutError."""
        new = NewCodes(devices=(Device(kind=DeviceKind.WORKER, device_id=NAME),))
        made = await room.machine.post("/api/devices/codes", content=msgspec.json.encode(new))
        (invitation,) = msgspec.json.decode(made.raise_for_status().content, type=list[Invitation])
        credential = await enrol(invitation.join, folder)
        async with LinkProxy(credential.broker_host, credential.broker_port) as link:
            msgspec.structs.replace(credential, broker_port=link.port).save(folder)
            worker = cls(folder, link)
            await worker.start()
            try:
                yield worker
            finally:
                await worker.end()

    async def start(self) -> None:
        command = [sys.executable, "-m", "hub.vision.worker", "--store", str(self._store)]
        self._process = await start_child(command)

    async def lose(self, how: Loss) -> None:
        """Have it away in this way."""
        if how is Loss.REMOTE_CUT:
            await self._link.cut()
        elif how is Loss.REMOTE_SILENT:
            self._link.stall()
        else:
            self._signal(signal.SIGKILL if how is Loss.REMOTE_KILLED else signal.SIGSTOP)

    async def bring_back(self, how: Loss) -> None:
        """Make that good. Raises OSError."""
        if how is Loss.REMOTE_CUT:
            await self._link.restore()
        elif how is Loss.REMOTE_SILENT:
            self._link.resume()
        elif how is Loss.REMOTE_HUNG:
            self._signal(signal.SIGCONT)
        else:
            await self.start()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    async def end(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGCONT)
            await end_child(self._process)
