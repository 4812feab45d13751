"""The two websockets: the event feed, and talk."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

import msgspec
import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from devices.protocol import voice
from hub.access.people import ON_DUTY
from hub.bridge.refused import Refused
from hub.console.feed import Feed, TooSlow
from hub.events.log import TooFarBack
from hub.storage.identifiers import new_id
from hub.talk.messages import FromClient, Listen, Release, Request, ToClient
from hub.talk.service import Talk

_log = structlog.get_logger()
CLOSE_TOO_SLOW = 4008
CLOSE_TOO_FAR_BACK = 4010
CLOSE_BAD_REQUEST = 4400
MAX_PACKETS = 100
"""Voice packets waiting for one console (2 s at 20 ms); the oldest is dropped, it would be stale anyway."""
MAX_MESSAGES = 500
_decoder = msgspec.json.Decoder(FromClient)
_encoder = msgspec.json.Encoder()


class ConsolePeer:
    """One console on the talk websocket: what waits to be sent to it, bounded."""

    def __init__(self, name: str) -> None:
        self.talker_id = new_id("console-", 6)
        self.name = name
        self.group_ids: frozenset[str] = frozenset()
        self.too_slow = False
        self._packets: deque[bytes] = deque(maxlen=MAX_PACKETS)
        self._messages: deque[bytes] = deque()
        self._wake = asyncio.Event()

    def say(self, message: ToClient) -> None:
        if len(self._messages) >= MAX_MESSAGES:
            self.too_slow = True
        else:
            self._messages.append(_encoder.encode(message))
        self._wake.set()

    def play(self, packet: bytes) -> None:
        self._packets.append(packet)
        self._wake.set()

    async def send_to(self, socket: WebSocket) -> None:
        """Send what waits, until cancelled or too slow."""
        while not self.too_slow:
            await self._wake.wait()
            self._wake.clear()
            while self._messages or self._packets:
                if self._messages:
                    await socket.send_text(self._messages.popleft().decode())
                else:
                    await socket.send_bytes(self._packets.popleft())
        await socket.close(CLOSE_TOO_SLOW, "too_slow")


def sockets(feed: Feed, talk: Talk, refused: Refused) -> APIRouter:
    """The websocket routes."""
    router = APIRouter()

    @router.websocket("/ws/events")
    async def follow_events(socket: WebSocket) -> None:
        await socket.accept()
        try:
            since = int(socket.query_params.get("since", ""))
        except ValueError:
            await socket.close(CLOSE_BAD_REQUEST, "since must be a number")
            return
        kinds = socket.query_params.get("kinds")
        sending = asyncio.create_task(_send_feed(socket, feed, since, frozenset(kinds.split(",")) if kinds else None))
        try:
            while (await socket.receive())["type"] != "websocket.disconnect":
                pass  # clients have nothing to say here; this ends when they go
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await sending

    @router.websocket("/ws/talk")
    async def talk_with_console(socket: WebSocket) -> None:
        await socket.accept()
        peer = ConsolePeer(ON_DUTY.name)
        talk.join(peer)
        sending = asyncio.create_task(peer.send_to(socket))
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    break
                if message.get("bytes") is not None:
                    _take_voice(talk, peer, message["bytes"], refused)
                else:
                    _take_message(talk, peer, message.get("text") or "", refused)
        finally:
            talk.leave(peer)
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await sending

    return router


async def _send_feed(socket: WebSocket, feed: Feed, since: int, kinds: frozenset[str] | None) -> None:
    try:
        async with contextlib.aclosing(feed.follow(since, kinds)) as frames:
            async for frame in frames:
                await socket.send_text(frame.decode())
    except TooSlow:
        await socket.close(CLOSE_TOO_SLOW, "too_slow")
    except TooFarBack:
        await socket.close(CLOSE_TOO_FAR_BACK, "too_far_back")


def _take_voice(talk: Talk, peer: ConsolePeer, packet: bytes, refused: Refused) -> None:
    try:
        talk.speak(peer.talker_id, packet)
    except voice.VoicePacketError as error:
        refused.add(peer.talker_id, "/ws/talk", "malformed", str(error))


def _take_message(talk: Talk, peer: ConsolePeer, text: str, refused: Refused) -> None:
    try:
        message = _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        refused.add(peer.talker_id, "/ws/talk", "malformed", str(error))
        return
    if isinstance(message, Listen):
        peer.group_ids = frozenset(message.group_ids)
    elif isinstance(message, Request):
        talk.press(peer, message.group_id, message.request_id)
    elif isinstance(message, Release):
        talk.release(peer.talker_id, message.burst_id)
