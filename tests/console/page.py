"""A console's talk websocket as a test holds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import websockets
from websockets.asyncio.client import ClientConnection

from devices.protocol import voice
from hub.app import Hub
from tests.devices.room import until
from tests.hub import websocket


class Page:
    """A console's talk websocket: what it was told and what it heard."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.told: list[dict[str, Any]] = []
        self.packets: list[voice.VoicePacket] = []
        self.closed: int | None = None

    async def read(self) -> None:
        try:
            while True:
                message = await self.socket.recv()
                if isinstance(message, bytes):
                    self.packets.append(voice.decode(message))
                else:
                    self.told.append(msgspec.json.decode(message))
        except websockets.ConnectionClosed as closed:
            self.closed = closed.rcvd.code if closed.rcvd else -1

    async def say(self, **message: Any) -> None:
        await self.socket.send(msgspec.json.encode(message).decode())

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.told if message["type"] == kind]

    async def wait(self, kind: str, count: int = 1) -> dict[str, Any]:
        await until(lambda: len(self.of(kind)) >= count, f"the console was told {kind} {count} times")
        return self.of(kind)[count - 1]

    async def press(self, group_id: str = "all") -> int:
        before = len(self.of("granted"))
        await self.say(type="request", group_id=group_id, request_id="r")
        burst_id: int = (await self.wait("granted", before + 1))["burst_id"]
        return burst_id


async def listening(hub: Hub, group_id: str, consoles: int = 1) -> None:
    """Wait until so many consoles hear the group: it is written down first."""
    await until(
        lambda: sum(group_id in peer.group_ids for peer in hub.talk._consoles._peers.values()) >= consoles,
        "the console listens",
    )


@asynccontextmanager
async def page_on(console: httpx.AsyncClient) -> AsyncIterator[Page]:
    async with websocket(console, "/ws/talk") as socket:
        page = Page(socket)
        reading = asyncio.create_task(page.read())
        yield page
    await reading
