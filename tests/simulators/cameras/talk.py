"""A bare RTSP client over TCP, for what players hide."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

DEADLINE_S = 20


class Rtp(NamedTuple):
    time_stamp: int
    payload: bytes


class Talk:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._said = 0

    @classmethod
    @asynccontextmanager
    async def with_server(cls, port: int) -> AsyncIterator[Talk]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield cls(reader, writer)
        finally:
            writer.close()

    async def say(self, text: str) -> int:
        """Send a request as it is; the answer's status."""
        self._writer.write(text.encode())
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), DEADLINE_S)
        return int(head.split()[1])

    async def play(self, url: str) -> None:
        """Set up the camera interleaved on channels 0 and 1 and play."""
        transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        for method, more in (("SETUP", transport), ("PLAY", "")):
            self._said += 1
            assert await self.say(f"{method} {url} RTSP/1.0\r\nCSeq: {self._said}\r\n{more}\r\n") == 200

    async def packet(self) -> Rtp:
        """The next media packet."""
        while True:
            head = await asyncio.wait_for(self._reader.readexactly(4), DEADLINE_S)
            assert head[:1] == b"$"
            content = await self._reader.readexactly(int.from_bytes(head[2:], "big"))
            if head[1] == 0:
                return Rtp(int.from_bytes(content[4:8], "big"), content[12:])

    async def last_before_quiet(self, quiet_s: float) -> int:
        """The time stamp of the last packet before so long a silence."""
        last = (await self.packet()).time_stamp
        while True:
            try:
                head = await asyncio.wait_for(self._reader.readexactly(4), quiet_s)
            except TimeoutError:
                return last
            content = await self._reader.readexactly(int.from_bytes(head[2:], "big"))
            if head[1] == 0:
                last = int.from_bytes(content[4:8], "big")
