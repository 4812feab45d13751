"""A console's two websockets without a browser: follows the events, proves that none is missing, talks, listens."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from devices.protocol import voice
from devices.protocol.voice import FRAME_MS, MEDIA_TICKS_PER_FRAME, VoicePacket
from hub.alerts.messages import DeliveryChanged
from hub.talk.messages import Granted, HeardBy, Listen, Release, Request, ToClient

ANSWER_WITHIN_S = 10.0


class _Item(msgspec.Struct):
    number: int
    previous: int
    kind: str
    subject: str
    body: msgspec.Raw


class _Frame(msgspec.Struct):
    items: list[_Item]
    now: int


def signed_in_socket(http: httpx.AsyncClient, tls: ssl.SSLContext | None, path: str) -> connect:
    """A websocket of whoever is signed in in ``http``."""
    url = str(http.base_url).rstrip("/").replace("http", "ws", 1) + path
    cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    return connect(url, additional_headers={"Cookie": cookies}, ssl=tls, max_size=None)


class ConsoleLine:
    """Follows ``/ws/events`` from the newest event on; ``gaps`` counts items whose ``previous`` was not the last."""

    def __init__(self, socket: ClientConnection, told: Callable[[str, bytes], None] | None = None) -> None:
        """``told`` is called with the kind and the JSON body of each event as it is shown."""
        self._socket = socket
        self._told = told
        self._last: int | None = None
        self._kinds: Counter[str] = Counter()
        self._delivered: dict[str, dict[str, int]] = {}
        self._acknowledged: dict[str, dict[str, int]] = {}
        self._changed = asyncio.Condition()
        self.gaps = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls, http: httpx.AsyncClient, tls: ssl.SSLContext | None, told: Callable[[str, bytes], None] | None = None
    ) -> AsyncIterator[ConsoleLine]:
        """Connect as whoever is signed in in ``http`` and follow until the block ends."""
        async with signed_in_socket(http, tls, "/ws/events?since=0") as socket:
            line = cls(socket, told)
            following = asyncio.create_task(line._follow())
            try:
                yield line
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    def count(self, kind: str) -> int:
        """Events of this kind so far."""
        return self._kinds[kind]

    async def _follow(self) -> None:
        async for text in self._socket:
            async with self._changed:
                for item in msgspec.json.decode(text, type=_Frame).items:
                    self.gaps += item.previous != (self._last or 0)
                    self._last = item.number
                    self._kinds[item.kind] += 1
                    if self._told is not None:
                        self._told(item.kind, bytes(item.body))
                    if item.kind == "delivery.changed":
                        self._take(msgspec.json.decode(item.body, type=DeliveryChanged))
                self._changed.notify_all()

    def _take(self, changed: DeliveryChanged) -> None:
        now_ns = time.time_ns()
        for one in changed.deliveries:
            if one.delivered_at_ms is not None:
                self._delivered.setdefault(changed.alert_id, {}).setdefault(one.radio_id, now_ns)
            if one.acknowledged_at_ms is not None:
                self._acknowledged.setdefault(changed.alert_id, {}).setdefault(one.radio_id, now_ns)

    def delivered_ns(self, alert_id: str) -> dict[str, int]:
        """When this console learned of each radio that has the alert, on the wall clock."""
        return self._delivered.get(alert_id, {})

    def acknowledged_ns(self, alert_id: str) -> dict[str, int]:
        """When this console learned of each guard's key, on the wall clock."""
        return self._acknowledged.get(alert_id, {})

    async def wait_delivered(self, alert_id: str, radios: int, within_s: float) -> None:
        """Return when so many radios have it, or when the time is over."""
        await self._wait(self._delivered, alert_id, radios, within_s)

    async def wait_acknowledged(self, alert_id: str, radios: int, within_s: float) -> None:
        """Return when so many guards acknowledged, or when the time is over."""
        await self._wait(self._acknowledged, alert_id, radios, within_s)

    async def _wait(self, by_alert: dict[str, dict[str, int]], alert_id: str, radios: int, within_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._changed:
                await self._changed.wait_for(lambda: len(by_alert.get(alert_id, ())) >= radios)


class TalkLine:
    """``/ws/talk`` with a microphone made of ready Opus frames."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, http: httpx.AsyncClient, tls: ssl.SSLContext | None) -> AsyncIterator[TalkLine]:
        """Connect as whoever is signed in in ``http`` until the block ends."""
        async with signed_in_socket(http, tls, "/ws/talk") as socket:
            yield cls(socket)

    async def call(self, group_id: str, frames: list[bytes]) -> tuple[int, bool]:
        """Speak to a group; returns how many radios heard it and whether one then answered by voice."""
        await self._say(Listen(group_ids=(group_id,)))
        await self._say(Request(group_id=group_id, request_id="check"))
        granted = await self._wait_granted()
        sending = asyncio.create_task(self._speak(granted, frames))
        heard, answered, ended = 0, False, False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(len(frames) * FRAME_MS / 1000 + ANSWER_WITHIN_S):
                while not (answered and ended):
                    message = await self._socket.recv()
                    if isinstance(message, bytes):
                        answered = answered or voice.decode(message).burst_id != granted.burst_id
                        continue
                    said = msgspec.json.decode(message, type=ToClient)
                    if isinstance(said, HeardBy) and said.burst_id == granted.burst_id:
                        heard, ended = max(heard, said.radios_hearing), said.ended
        await sending
        return heard, answered

    async def _say(self, message: Listen | Request | Release) -> None:
        await self._socket.send(msgspec.json.encode(message).decode())

    async def _wait_granted(self) -> Granted:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                message = await self._socket.recv()
                if isinstance(message, str):
                    said = msgspec.json.decode(message, type=ToClient)
                    if isinstance(said, Granted):
                        return said

    async def _speak(self, granted: Granted, frames: list[bytes]) -> None:
        """Send one frame every 20 ms by the clock, as a microphone does."""
        began_s = time.monotonic()
        for number, frame in enumerate(frames):
            await asyncio.sleep(max(0.0, began_s + number * FRAME_MS / 1000 - time.monotonic()))
            packet = VoicePacket(
                call_id=granted.call_id,
                burst_id=granted.burst_id,
                sequence=number,
                media_time=number * MEDIA_TICKS_PER_FRAME,
                boot_id=granted.boot_id,
                monotonic_us=time.monotonic_ns() // 1000,
                wall_us=time.time_ns() // 1000,
                last=number == len(frames) - 1,
                frames=(frame,),
            )
            await self._socket.send(voice.encode(packet))
        await self._say(Release(burst_id=granted.burst_id))
