"""A console on the live websocket, and a relay that the tests fill."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import msgspec
import websockets
from websockets.asyncio.client import ClientConnection

from hub.footage.coded import CodedPicture, Form, Record, RecordReader, Word
from tests.devices.room import until
from tests.hub import websocket


class WallPage:
    """What the page of a wall says and hears."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[tuple[int, Record]] = []
        self.errors: list[dict[str, Any]] = []
        self.looks: list[tuple[int, dict[str, Any] | None]] = []

    async def show(self, *tiles: tuple[int, str], looks: int | None = None, **more: Any) -> None:
        """Have these tiles, each a number and a camera, and no others; and the looks of one."""
        wall = [{"tile": tile, "camera_id": camera_id, **more} for tile, camera_id in tiles]
        await self.socket.send(msgspec.json.encode({"watch": wall, "looks": looks}).decode())

    async def read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for message in self.socket:
                if isinstance(message, str):
                    self._read_words(msgspec.json.decode(message))
                else:
                    (record,) = RecordReader().feed(message[1:])
                    self.heard.append((message[0], record))

    def _read_words(self, words: dict[str, Any]) -> None:
        if "error" in words:
            self.errors.append(words["error"])
        else:
            self.looks.append((words["tile"], words["look"]))

    def pictures(self, tile: int) -> list[CodedPicture]:
        return [one for number, one in self.heard if number == tile and isinstance(one, CodedPicture)]

    def forms(self, tile: int) -> list[Form]:
        return [one for number, one in self.heard if number == tile and isinstance(one, Form)]

    def words(self, tile: int) -> list[str]:
        return [one.code for number, one in self.heard if number == tile and isinstance(one, Word)]

    async def word(self, tile: int, code: str) -> None:
        await until(lambda: code in self.words(tile), f"tile {tile} says {code}")

    async def wait(self, tile: int, wanted: Sequence[CodedPicture]) -> None:
        """The tile's last pictures are these."""

        def shown() -> bool:
            return [one.data for one in self.pictures(tile)[-len(wanted) :]] == [one.data for one in wanted]

        await until(shown, f"tile {tile} shows {len(wanted)} pictures")


@contextlib.asynccontextmanager
async def wall_on(console: httpx.AsyncClient, *, reads: bool = True) -> AsyncIterator[WallPage]:
    """A wall that reads what it is sent; or does not, until ``read`` is called."""
    async with websocket(console, "/ws/live", max_size=None, max_queue=1 if not reads else 64) as socket:
        page = WallPage(socket)
        reading = asyncio.create_task(page.read()) if reads else None
        yield page
        await socket.close()
        if reading is not None:
            await reading
