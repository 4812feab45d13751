"""A console's wall of tiles: what it watches, what waits to be sent to it, and by what right."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from devices.protocol.clock import Clock
from hub.access import audit
from hub.access.audit import Action
from hub.access.entrant import Entrant
from hub.access.people import COMMUNITY
from hub.access.permissions import Right
from hub.console.lines import TOO_SLOW, LineClosed
from hub.footage.coded import Kind, Word
from hub.footage.live import words as live_words
from hub.footage.live.looks import Looks, TileLooks
from hub.footage.live.messages import Asked, Watch, WatchedLive
from hub.footage.live.streams import LiveStreams, Sent, Watched
from hub.footage.noting import Noting
from hub.registry.places import venue_place
from hub.registry.service import Registry
from hub.storage.writer import Change, StorageClosed, StorageOverloaded

MAX_WAITING_BYTES = 4 * 1024 * 1024
"""Pictures waiting for one console; above, a tile's pictures are dropped up to its next key picture."""
MAX_TOLD_BYTES = 256 * 1024
"""Forms and words may wait above that; a console that does not even take these is ended."""
NOTED_AGAIN_AFTER_US = 3_600_000_000
"""A camera that stays on the wall is noted again each hour."""
REVIEW_EVERY_S = 1.0
JOIN_WITHIN_S = 0.5
"""A tile of a console that reads slowly begins all the same after so long."""
_BROKEN = 2
_OVERHEAD_BYTES = 100
_log = structlog.get_logger()


class Tile:
    """One camera in one place of one wall."""

    def __init__(self, wall: Wall, asked: Asked) -> None:
        self.asked = asked
        self.watched = Watched(asked.camera_id, asked.stream, asked.transcode)
        self.joined = self.ended = False
        self.since_us = self.noted_at_us = 0
        self.person_id = wall.person_id
        self._wall = wall
        self._prefix = bytes((asked.tile,))
        self._waits_for_key = True
        self._lost = False
        self._why: Word | None = None  # what was said last of why it may show nothing

    def take(self, sent: Sent) -> None:
        """A record of its stream."""
        data = sent.data
        if sent.kind is Kind.PICTURE:
            if self._waits_for_key:
                if not sent.key:
                    self._wall.room.dropped_pictures += self._lost
                    return
                if self._lost:
                    data = data[:1] + bytes((data[1] | _BROKEN,)) + data[2:]
            if not self._wall.has_room(len(data)):
                self._waits_for_key = self._lost = True
                self._wall.room.dropped_pictures += 1
                return
            self._waits_for_key = self._lost = False
        elif sent.kind is Kind.FORM:
            self._waits_for_key = True
        self._wall.put(self, self._prefix + data)

    def refuse(self, word: Word) -> None:
        """Say why it shows nothing, once."""
        if word != self._why:
            self._why = word
            self.take(Sent.of(word))

    def allow(self) -> None:
        """Nothing stands against it any longer."""
        self._why = None


class LiveView:
    """Every wall, and what they stand on."""

    def __init__(self, streams: LiveStreams, looks: Looks, registry: Registry, noting: Noting, clock: Clock) -> None:
        self.streams = streams
        self.looks = looks
        self.registry = registry
        self.noting = noting
        self.clock = clock
        self.viewers = self.sent_bytes = self.dropped_pictures = 0

    def open_wall(self, entrant: Entrant) -> Wall:
        """An empty wall, until it is closed."""
        self.viewers += 1
        return Wall(self, entrant)


class Wall:
    """One console on the live websocket. Cameras are asked after each second: terms end, cameras come and go."""

    def __init__(self, room: LiveView, entrant: Entrant) -> None:
        self.room = room
        self.person_id = entrant.person.person_id
        self._entrant = entrant
        self._tiles: dict[int, Tile] = {}
        self._looks_of: int | None = None
        self._changing = asyncio.Lock()
        self._queue: deque[tuple[Tile | None, str | bytes]] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()
        self._looks = TileLooks(room.looks, self._wake.set)

    def has_room(self, size: int) -> bool:
        """Whether a picture of ``size`` bytes may wait; the first of all may, however large."""
        return not self._queue or self._waiting_bytes + size + _OVERHEAD_BYTES <= MAX_WAITING_BYTES

    def put(self, tile: Tile | None, message: str | bytes) -> None:
        """Have a message sent; a tile's only while it is on the wall."""
        self._queue.append((tile, message))
        self._waiting_bytes += len(message) + _OVERHEAD_BYTES
        self._wake.set()

    async def send(self, send: Callable[[str | bytes], Awaitable[None]]) -> None:
        """Send what waits, until cancelled. Raises LineClosed when the console takes nothing."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue or self._looks.waiting:
                if self._looks.waiting:  # a picture is shown once its look is there
                    await send(self._looks.waiting.popleft())
                    continue
                if self._waiting_bytes > MAX_WAITING_BYTES + MAX_TOLD_BYTES:
                    raise LineClosed(*TOO_SLOW)
                tile, message = self._queue.popleft()
                self._waiting_bytes -= len(message) + _OVERHEAD_BYTES
                if tile is None or not tile.ended:
                    await send(message)
                    self.room.sent_bytes += len(message)
                self._sent.set()

    async def show(self, watch: Watch) -> None:
        """The wall is this from now on; what was on it already goes on."""
        async with self._changing:
            wanted = {one.tile: one for one in watch.watch}
            self._looks_of = watch.looks
            gone = [tile for number, tile in self._tiles.items() if wanted.get(number) != tile.asked]
            self._tiles = {
                number: self._tiles[number]
                if number in self._tiles and self._tiles[number].asked == one
                else Tile(self, one)
                for number, one in wanted.items()
            }
            try:
                await self._review()
            finally:  # after the new ones have joined: a stream that only moves is not opened anew
                for tile in gone:
                    self._take_down(tile)

    async def keep_reviewing(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(REVIEW_EVERY_S)
            async with self._changing:
                await self._review()

    def close(self) -> None:
        """The console is gone; ``send``, ``show`` and ``keep_reviewing`` have ended."""
        self.room.viewers -= 1
        self._looks.end()
        for tile in self._tiles.values():
            self._take_down(tile)
        self._tiles = {}

    async def _review(self) -> None:
        may = []
        for tile in self._tiles.values():
            word = self._why_not(tile.asked.camera_id)
            if word is None:
                may.append(tile)
            else:
                self._leave(tile)
                tile.refuse(word)
        now_us = self.room.clock.wall_us()
        due = [tile for tile in may if not tile.joined or now_us - tile.noted_at_us > NOTED_AGAIN_AFTER_US]
        if due and not await self._note(due, now_us):
            may = [tile for tile in may if tile not in due]
        for tile in may:
            tile.allow()
            if not tile.joined and not tile.ended:
                await self._have_room()
                tile.joined = True
                self.room.streams.join(tile.watched, tile)
        self._review_looks()

    def _review_looks(self) -> None:
        """Looks are shown of a tile that shows its pictures, and is noted so; of no other."""
        tile = None if self._looks_of is None else self._tiles.get(self._looks_of)
        if tile is not None and tile.joined:
            self._looks.show(tile.asked.tile, tile.asked.camera_id)
        else:
            self._looks.end()

    async def _have_room(self) -> None:
        """Until half of what may wait is free, for a while: a tile begins with all pictures since its last key one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(JOIN_WITHIN_S):
                while self._waiting_bytes > MAX_WAITING_BYTES // 2:
                    self._sent.clear()
                    await self._sent.wait()

    def _why_not(self, camera_id: str) -> Word | None:
        camera = self.room.registry.cameras.get(camera_id)
        if camera is None:
            return live_words.UNKNOWN_CAMERA
        place = COMMUNITY if camera.venue_id is None else venue_place(camera.venue_id)
        if not self._entrant.may(Right.WATCH_LIVE, (place,)):
            return live_words.NOT_YOUR_PLACE
        return None if self.room.registry.terms_of(camera_id).watches_live else live_words.OWNER_TERMS

    async def _note(self, tiles: Sequence[Tile], now_us: int) -> bool:
        """Whether they are in the audit log now; where not, they show nothing."""
        since_us = {tile.asked.camera_id: tile.since_us or now_us for tile in tiles}

        def record(change: Change, look: tuple[str, str, str]) -> None:
            detail = WatchedLive(camera_id=look[2], since_ms=since_us[look[2]] // 1000)
            audit.record(change, self.person_id, Action.WATCH_LIVE, detail=detail)

        try:
            await self.room.noting.note([(Action.WATCH_LIVE.value, self.person_id, one) for one in since_us], record)
        except (SQLAlchemyError, StorageOverloaded, StorageClosed) as error:
            _log.warning("live.not_noted", person=self.person_id, error=str(error))
            for tile in tiles:
                self._leave(tile)
                tile.refuse(live_words.NOT_NOTED)
            return False
        for tile in tiles:
            tile.since_us, tile.noted_at_us = tile.since_us or now_us, now_us
        return True

    def _leave(self, tile: Tile) -> None:
        if tile.joined:
            tile.joined = False
            self.room.streams.leave(tile.watched, tile)

    def _take_down(self, tile: Tile) -> None:
        tile.ended = True
        self._leave(tile)
