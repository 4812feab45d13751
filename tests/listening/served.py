"""A server of the hub's own kind with a small page behind it, over TLS or not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder, Server
from hub.certificates.service import server_context
from hub.listening.bounds import Bounds
from hub.listening.protocols import BoundedWebSocket
from hub.listening.server import BoundedServer
from hub.listening.turned_away import Reason, TurnedAway
from tests.devices.room import until

LARGE_BYTES = 32 * 2**20
"""More than the system keeps for one connection."""

CHUNK_BYTES = 64 * 1024


async def send_large(send: Any) -> None:
    """An answer that comes in pieces, as files do."""
    headers = [(b"content-length", str(LARGE_BYTES).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for _ in range(LARGE_BYTES // CHUNK_BYTES):
        await send({"type": "http.response.body", "body": bytes(CHUNK_BYTES), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def page(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body and says how long it was, or who asks; a websocket is accepted and says what it hears."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = f"{scope['scheme']} {scope['client'][0]}".encode() if scope["path"] == "/address" else str(length).encode()
    if scope["path"] == "/large":
        await send_large(send)
        return
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Served:
    """A server that runs; ``lines`` are open connections to it that the test holds."""

    def __init__(self, server: BoundedServer, turned_away: TurnedAway, trusting: ssl.SSLContext | None) -> None:
        self.server = server
        self.turned_away = turned_away
        self.trusting = trusting
        self.port: int = server.servers[0].sockets[0].getsockname()[1]

    def count(self, reason: Reason) -> int:
        return self.turned_away.counts[reason]

    @property
    def open(self) -> int:
        """Connections that the server counts."""
        return self.server.connections.count

    async def connect(self, address: str = "127.0.0.1", plain: bool = False) -> Line:
        """A new connection from an address of this machine."""
        context = None if plain else self.trusting
        name = "hub.lan" if context else None
        opened = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=context, server_hostname=name, local_addr=(address, 0)
        )
        return Line(*opened)


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def hear(self) -> bytes:
        """One whole answer."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        return head + await self.reader.readexactly(int(length.partition(b":")[2]))

    async def ended(self) -> bool:
        """True when the server has ended it; what it said before is left out."""
        try:
            while await self.reader.read(65_536):
                pass
        except OSError:
            pass
        return True

    def close(self) -> None:
        self.writer.transport.abort()


@asynccontextmanager
async def serving(tls_folder: Path | None = None, host: str = "127.0.0.1", **bounds: int) -> AsyncIterator[Served]:
    """A server on a free port within ``bounds``; with ``tls_folder`` over TLS, its certificates there."""
    turned_away = TurnedAway()
    context = trusting = None
    if tls_folder is not None:
        folder = CertificateFolder(tls_folder)
        folder.make(Names.of(["hub.lan"], []), datetime.now(UTC))
        context = server_context(folder.certificate_file(Server.HUB), folder.key_file(Server.HUB))
        trusting = ssl.create_default_context(cafile=str(folder.ca_pem))
    server = BoundedServer(
        page,
        turned_away,
        Bounds(**bounds),
        None if context is None else lambda: context,
        ws=BoundedWebSocket,
        ws_per_message_deflate=False,
        host=host,
        port=0,
    )
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started, "the server listens")
    try:
        yield Served(server, turned_away, trusting)
    finally:
        server.should_exit = True
        await running
