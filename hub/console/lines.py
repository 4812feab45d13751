"""Open websockets: each ends with its person's session or rights, for newer ones, and when its client says too much."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Generator
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect

from devices.protocol.clock import Clock
from hub.access.entrant import Entrant
from hub.access.limits import CLOSE_TOO_MANY
from hub.bridge.refused import Refused, RefusedReason
from hub.listening.buckets import Buckets, Rate
from hub.tasks import end_tasks

CLOSE_WITHIN_S = 2.0
"""A client that does not take the word that its line ends is cut off after so long."""


class LineClosed(Exception):
    """The hub ends this websocket; ``code`` and ``reason`` go to the client (docs/api.md lists them)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


SESSION_ENDED = (4401, "session_ended")
RIGHTS_CHANGED = (4401, "rights_changed")
TOO_SLOW = (4008, "too_slow")
TOO_FAR_BACK = (4010, "too_far_back")
TOO_MANY_MESSAGES = (CLOSE_TOO_MANY, RefusedReason.TOO_MANY_MESSAGES)
TOO_MANY_LINES = (CLOSE_TOO_MANY, RefusedReason.TOO_MANY_LINES)
FULL = (CLOSE_TOO_MANY, "full")

LINES_OF_SESSION = 9
"""A browser has up to three for each page that is open: the events, talk and live cameras."""
LINES_OF_PERSON = 20
"""Whoever opens one more ends the oldest: a page that was left open somewhere gives way to the one that is used."""

MESSAGES = Rate(per_s=200, burst=400)
"""What one client may say; a talker's voice is 50 messages a second."""
AUDITED = Rate(per_s=1, burst=30)
"""What leaves an audit record, for each person over all their lines: nobody fills the disk with it."""


class Line:
    """One websocket and whose it is. Nothing passes in either direction once it ends."""

    def __init__(self, socket: WebSocket, entrant: Entrant, refused: Refused, clock: Clock, audited: Buckets) -> None:
        """``audited`` is shared by all lines, with a bucket for each person."""
        self.entrant = entrant
        self._socket = socket
        self._refused = refused
        self._messages = Buckets(MESSAGES, clock)
        self._audited = audited
        self._ending: asyncio.Future[LineClosed | None] = asyncio.get_running_loop().create_future()

    @property
    def path(self) -> str:
        """Its address."""
        return self._socket.url.path

    @property
    def is_ending(self) -> bool:
        """Whether it has been told to end."""
        return self._ending.done()

    def end(self, code: int, reason: str) -> None:
        """End the line from outside."""
        if not self._ending.done():
            self._ending.set_result(LineClosed(code, reason))

    async def receive(self) -> str | bytes:
        """The client's next message. Raises LineClosed when it says too much, WebSocketDisconnect when it went."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        self._hold_to(self._messages, None, f"over {MESSAGES.per_s} messages a second")
        said: str | bytes | None = message.get("bytes")
        return (message.get("text") or "") if said is None else said

    def note_audited(self) -> None:
        """The client said something that is audited. Raises LineClosed when that is too often."""
        self._hold_to(self._audited, self.entrant.person.person_id, f"over {AUDITED.per_s} audited message a second")

    def _hold_to(self, buckets: Buckets, key: str | None, detail: str) -> None:
        if buckets.take(key):
            code, reason = TOO_MANY_MESSAGES
            self._refused.add(self.entrant.person.person_id, self.path, reason, detail)
            raise LineClosed(code, reason)

    async def send(self, message: str | bytes) -> None:
        """Send a frame. Raises WebSocketDisconnect when the client is gone."""
        sending = self._socket.send_text(message) if isinstance(message, str) else self._socket.send_bytes(message)
        try:
            await sending
        except RuntimeError as error:  # the server closed it below us, such as for a frame too large
            raise WebSocketDisconnect from error

    async def serve(self, *work: Coroutine[Any, Any, None]) -> None:
        """Accept the websocket and work until the client goes, a piece of work ends, or the line does."""
        await self._socket.accept()
        tasks = [asyncio.create_task(_until_gone(one)) for one in work]
        endings: list[asyncio.Future[LineClosed | None]] = [*tasks, self._ending]
        try:
            done, _ = await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end_tasks(*tasks)
        for ended in done:
            closed = ended.result()
            if closed is not None:
                with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
                    async with asyncio.timeout(CLOSE_WITHIN_S):
                        await self._socket.close(closed.code, closed.reason)


async def _until_gone(work: Coroutine[Any, Any, None]) -> LineClosed | None:
    try:
        await work
    except LineClosed as closed:
        return closed
    except WebSocketDisconnect:
        pass
    return None


class Lines:
    """Every open websocket, by session and by person."""

    def __init__(self, refused: Refused, clock: Clock) -> None:
        self._refused = refused
        self._clock = clock
        self._audited = Buckets(AUDITED, clock)
        self._open: dict[Line, None] = {}  # the oldest first

    @contextlib.contextmanager
    def line(self, socket: WebSocket, entrant: Entrant) -> Generator[Line]:
        """A websocket while it is open; the person's oldest end when there are too many. This machine's may be many."""
        if entrant.session_id is not None:
            self._make_room(entrant.session_id, entrant.person.person_id)
        line = Line(socket, entrant, self._refused, self._clock, self._audited)
        self._open[line] = None
        try:
            yield line
        finally:
            self._open.pop(line, None)

    def _make_room(self, session_id: str, person_id: str) -> None:
        theirs = [one for one in self._open if not one.is_ending and one.entrant.person.person_id == person_id]
        in_session = [one for one in theirs if one.entrant.session_id == session_id]
        for lines, most in ((in_session, LINES_OF_SESSION), (theirs, LINES_OF_PERSON)):
            for line in lines[: max(0, len(lines) + 1 - most)]:
                self._refused.add(person_id, line.path, TOO_MANY_LINES[1], f"over {most} at once: the oldest was ended")
                line.end(*TOO_MANY_LINES)

    def end_session(self, session_id: str) -> None:
        """A session ended: so do its websockets."""
        for line in self._open:
            if line.entrant.session_id == session_id:
                line.end(*SESSION_ENDED)

    def end_person(self, person_id: str) -> None:
        """A person's role or places changed: their websockets end, so that they come back with the new ones."""
        for line in self._open:
            if line.entrant.person.person_id == person_id:
                line.end(*RIGHTS_CHANGED)
