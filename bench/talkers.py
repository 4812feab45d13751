"""Who speaks in a bench: a console on the hub's talk websocket, and a publisher straight to the broker; one clock."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection

from bench import mqtt
from devices.link.address import BrokerAddress
from devices.protocol import topics, voice
from devices.protocol.voice import FRAME_MS, MEDIA_TICKS_PER_FRAME, VoicePacket
from hub.bridge import packets
from hub.talk.messages import Denied, Granted, HeardBy, Release, Request, ToClient
from simulators.demo.console import signed_in_socket
from simulators.demo.parts import HubPart
from simulators.radios.speech import reply_frames

ANSWER_WITHIN_S = 10.0
KEEPALIVE_S = 60
"""Longer than any turn."""
_decoder = msgspec.json.Decoder(ToClient)


@dataclass(frozen=True)
class Speech:
    """Synthesised speech as Opus frames: ``packets`` packets, one every ``packet_ms``."""

    packets: int
    packet_ms: int

    @classmethod
    def lasting(cls, seconds: float, packet_ms: int) -> Speech:
        """Speech of so many seconds. Raises ValueError for a packet that is no whole number of frames."""
        if packet_ms % FRAME_MS or not FRAME_MS <= packet_ms <= FRAME_MS * voice.MAX_FRAMES:
            raise ValueError(f"a packet has 1 to {voice.MAX_FRAMES} frames of {FRAME_MS} ms, not {packet_ms} ms")
        return cls(max(1, round(seconds * 1000 / packet_ms)), packet_ms)

    def frames(self) -> list[tuple[bytes, ...]]:
        """The frames of each packet."""
        said, of_packet = reply_frames(), self.packet_ms // FRAME_MS
        return [
            tuple(said[(number * of_packet + one) % len(said)] for one in range(of_packet))
            for number in range(self.packets)
        ]

    def encode(self, granted: Granted) -> list[bytes]:
        """The packets as a talker of this burst sends them."""
        return [
            voice.encode(
                VoicePacket(
                    call_id=granted.call_id,
                    burst_id=granted.burst_id,
                    sequence=number,
                    media_time=number * len(frames) * MEDIA_TICKS_PER_FRAME,
                    boot_id=granted.boot_id,
                    monotonic_us=time.monotonic_ns() // 1000,
                    wall_us=time.time_ns() // 1000,
                    last=number == self.packets - 1,
                    frames=frames,
                )
            )
            for number, frames in enumerate(self.frames())
        ]

    async def speak(self, packets: list[bytes], send: Callable[[bytes], Awaitable[None]]) -> list[int]:
        """Send one packet every ``packet_ms``; the wall clock's nanoseconds just before each was handed over."""
        sent_ns = []
        began_s = time.monotonic()
        for number, packet in enumerate(packets):
            await asyncio.sleep(max(0.0, began_s + number * self.packet_ms / 1000 - time.monotonic()))
            sent_ns.append(time.time_ns())
            await send(packet)
        return sent_ns


class Console:
    """A dispatcher's push-to-talk."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._answers: asyncio.Queue[Granted | Denied] = asyncio.Queue()
        self.heard_by: dict[int, int] = {}
        """Of each burst, how many radios the hub says hear it."""

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, browser: httpx.AsyncClient, hub: HubPart) -> AsyncIterator[Console]:
        """Connect as whoever is signed in in ``browser``."""
        async with signed_in_socket(browser, hub.tls, "/ws/talk") as line:
            console = cls(line)
            hearing = asyncio.create_task(console._hear())
            try:
                yield console
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)

    async def press(self, group_id: str) -> tuple[Granted, float]:
        """Ask for the floor; what was granted, after how many milliseconds. Raises RuntimeError when it is denied."""
        began_s = time.perf_counter()
        await self._say(Request(group_id=group_id, request_id="bench"))
        answer = await asyncio.wait_for(self._answers.get(), ANSWER_WITHIN_S)
        if isinstance(answer, Denied):
            raise RuntimeError(f"the floor was denied: {answer.message_en}")
        return answer, (time.perf_counter() - began_s) * 1000

    async def send(self, packet: bytes) -> None:
        """Hand a voice packet to the hub."""
        await self._line.send(packet)

    async def release(self, granted: Granted) -> None:
        """Let go the key."""
        await self._say(Release(burst_id=granted.burst_id))

    async def _say(self, message: Request | Release) -> None:
        await self._line.send(msgspec.json.encode(message).decode())

    async def _hear(self) -> None:
        async for message in self._line:
            if isinstance(message, bytes):
                continue
            said = _decoder.decode(message)
            if isinstance(said, Granted | Denied):
                self._answers.put_nowait(said)
            elif isinstance(said, HeardBy):
                self.heard_by[said.burst_id] = max(said.radios_hearing, self.heard_by.get(said.burst_id, 0))


class BarePublisher:
    """Publishes to a group's topic without a hub in between."""

    def __init__(self, broker: BrokerAddress, group_id: str) -> None:
        """Connect with the hub's own name and password, which alone may write there. Raises OSError."""
        self._topic = topics.group_voice(group_id)
        self._line = socket.create_connection((broker.host, broker.port), timeout=ANSWER_WITHIN_S)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client_id = f"bench-{secrets.token_hex(4)}"
        self._line.sendall(packets.connect(client_id, broker.username, broker.password, KEEPALIVE_S))
        if self._line.recv(4096)[:1] != bytes((packets.CONNACK,)):
            raise ConnectionRefusedError("the broker does not let the publisher in")

    def packets(self, encoded: list[bytes]) -> list[bytes]:
        """As they are sent."""
        return [packets.publish(self._topic, one) for one in encoded]

    async def send(self, packet: bytes) -> None:
        """Hand a packet to the broker."""
        self._line.sendall(packet)

    def close(self) -> None:
        """Say goodbye."""
        with contextlib.suppress(OSError):
            self._line.sendall(mqtt.DISCONNECT)
        self._line.close()
