"""The two websockets: the event feed, and talk."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

import msgspec
from fastapi import APIRouter, WebSocket

from devices.protocol import voice
from hub.access.doors import TALK
from hub.access.gate import Entering
from hub.bridge.refused import Refused, RefusedReason
from hub.console.feed import Feed, Full, TooSlow
from hub.console.lines import FULL, TOO_FAR_BACK, TOO_SLOW, Line, LineClosed, Lines
from hub.console.view import view_of
from hub.events.log import TooFarBack
from hub.registry.service import Registry
from hub.storage.identifiers import new_id
from hub.talk.messages import Cancel, FromClient, Listen, Release, Request, ToClient
from hub.talk.service import Talk

BAD_REQUEST = (4400, "since must be a number")
MAX_PACKETS = 100
"""Voice packets waiting for one console (2 s at 20 ms); the oldest is dropped, it would be stale anyway."""
MAX_MESSAGES = 500
_decoder = msgspec.json.Decoder(FromClient)
_encoder = msgspec.json.Encoder()


class ConsolePeer:
    """One console on the talk websocket: what waits to be sent to it, bounded."""

    def __init__(self, line: Line) -> None:
        self.talker_id = new_id("console-", 6)
        self.entrant = line.entrant
        self.group_ids: frozenset[str] = frozenset()
        self.too_slow = False
        self._line = line
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

    def drop(self) -> None:
        self.too_slow = True
        self._wake.set()

    async def send(self) -> None:
        """Send what waits, until cancelled. Raises LineClosed when the console is too slow."""
        while not self.too_slow:
            await self._wake.wait()
            self._wake.clear()
            while self._messages or self._packets:
                if self._messages:
                    await self._line.send(self._messages.popleft().decode())
                else:
                    await self._line.send(self._packets.popleft())
        raise LineClosed(*TOO_SLOW)


def sockets(feed: Feed, talk: Talk, lines: Lines, registry: Registry, refused: Refused) -> APIRouter:
    """The websocket routes."""
    router = APIRouter()

    @router.websocket("/ws/events")
    async def follow_events(socket: WebSocket, entrant: Entering) -> None:
        with lines.line(socket, entrant) as line:
            await line.serve(_send_feed(socket, line, feed, registry), _hear_nothing(line))

    @router.websocket("/ws/talk")
    async def talk_with_console(socket: WebSocket, entrant: Entering) -> None:
        with lines.line(socket, entrant) as line:
            peer = ConsolePeer(line)
            talk.join(peer)
            try:
                await line.serve(peer.send(), _hear(line, talk, peer, refused))
            finally:
                talk.leave(peer)

    return router


async def _send_feed(socket: WebSocket, line: Line, feed: Feed, registry: Registry) -> None:
    try:
        since = int(socket.query_params.get("since", ""))
    except ValueError:
        raise LineClosed(*BAD_REQUEST) from None
    named = socket.query_params.get("kinds")
    kinds = frozenset(named.split(",")) if named else None
    try:
        async with contextlib.aclosing(feed.follow(since, kinds, view_of(line.entrant, registry))) as frames:
            async for frame in frames:
                await line.send(frame.decode())
    except Full:
        raise LineClosed(*FULL) from None
    except TooSlow:
        raise LineClosed(*TOO_SLOW) from None
    except TooFarBack:
        raise LineClosed(*TOO_FAR_BACK) from None


async def _hear_nothing(line: Line) -> None:
    """Clients have nothing to say here; this ends when they go."""
    while True:
        await line.receive()


async def _hear(line: Line, talk: Talk, peer: ConsolePeer, refused: Refused) -> None:
    while True:
        said = await line.receive()
        try:
            message = said if isinstance(said, bytes) else _decoder.decode(said)
            if not line.entrant.may(TALK[type(message)], ()):
                refused.add(peer.talker_id, "/ws/talk", RefusedReason.NOT_ALLOWED, type(message).__name__)
                continue
            _take(line, talk, peer, message)
        except (voice.VoicePacketError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            refused.add(peer.talker_id, "/ws/talk", RefusedReason.MALFORMED, str(error))


def _take(line: Line, talk: Talk, peer: ConsolePeer, message: bytes | FromClient) -> None:
    if isinstance(message, bytes):
        talk.speak(peer.talker_id, message)
    elif isinstance(message, Listen):
        line.note_audited()
        talk.tune(peer, frozenset(message.group_ids))
    elif isinstance(message, Request):
        talk.press(peer, message.group_id, message.request_id, message.call)
    elif isinstance(message, Release):
        talk.release(peer.talker_id, message.burst_id)
    elif isinstance(message, Cancel):
        talk.cancel(peer.talker_id, message.request_id)
