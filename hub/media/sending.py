"""Spoken messages on their way to radios: a part at a time, each radio in its turn, and voice first."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from devices.protocol import topics
from devices.protocol.media import PART_BYTES, Part, Wanted
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.client import Bridge
from hub.media.service import MediaRoom

_log = structlog.get_logger()
BREATH_S = 0.001
"""After each part: 130 radios have 75 KB each within 2 s."""
BREATH_BESIDE_VOICE_S = 0.01
"""The same while somebody speaks: no packet of voice waits for more than one part here."""
MOST_UNDER_WAY = 8
"""Parts that the broker has not taken yet, for all radios together, and one while somebody speaks: in the same line
stand floor control and confirmations, which wait behind 64 KiB of a slow broker at most."""
KEPT = 8
"""Files in memory, of 500 KB at most: all radios ask for the same one after another."""


class Sending:
    """One asking for each radio, the latest; what is lost on the way the radio asks for again."""

    def __init__(
        self,
        bridge: Bridge,
        media: MediaRoom,
        may_hear: Callable[[str, str], bool],
        somebody_speaks: Callable[[], bool],
    ) -> None:
        """``may_hear(radio_id, media_id)``: whether an alert under way to this radio has that spoken message."""
        self._bridge = bridge
        self._media = media
        self._may_hear = may_hear
        self._somebody_speaks = somebody_speaks
        self._asked: dict[str, Wanted] = {}
        self._some = asyncio.Event()
        self._kept: dict[str, bytes] = {}
        self._under_way: set[asyncio.Future[None]] = set()
        self.parts = 0

    def listen(self) -> None:
        """Hear what radios ask for."""
        self._bridge.on(DeviceKind.RADIO, Up.WANTED, Wanted, self._hear)

    async def run(self) -> None:
        """Send what is asked for, until cancelled."""
        while True:
            self._some.clear()
            for radio_id in list(self._asked):
                await self._until_taken()
                await self._send_next(radio_id, self._asked.pop(radio_id))
                await asyncio.sleep(BREATH_BESIDE_VOICE_S if self._somebody_speaks() else BREATH_S)
            if not self._asked:
                await self._some.wait()

    async def _until_taken(self) -> None:
        """Returns when the broker has taken so much that another part may go."""
        while len(self._under_way) >= (1 if self._somebody_speaks() else MOST_UNDER_WAY):
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)

    def _taken(self, part: asyncio.Future[None]) -> None:
        self._under_way.discard(part)
        part.exception()  # lost with the line: the radio asks again

    def _hear(self, radio_id: str, wanted: Wanted) -> None:
        self._asked[radio_id] = wanted
        self._some.set()

    async def _send_next(self, radio_id: str, wanted: Wanted) -> None:
        """One part; what is asked for beyond it has its turn after the other radios."""
        if not self._bridge.connected.is_set():
            return
        try:
            data = await self._file(wanted.media_id) if self._may_hear(radio_id, wanted.media_id) else None
        except OSError as error:  # it may pass: an empty part would have the radio give up, silence has it ask again
            _log.error("sending.not_read", radio=radio_id, media=wanted.media_id, error=error.strerror)
            return
        at = wanted.from_byte
        part = (data or b"")[at : at + PART_BYTES]
        message = Part(stamp=self._bridge.stamper.stamp(), media_id=wanted.media_id, from_byte=at, data=part)
        handed_over = self._bridge.hand_over(topics.down(DeviceKind.RADIO, radio_id, Down.PART), message)
        self._under_way.add(handed_over)
        handed_over.add_done_callback(self._taken)
        self.parts += 1
        is_end = data is None or at + PART_BYTES >= len(data)
        if wanted.parts > 1 and not is_end and radio_id not in self._asked:
            self._asked[radio_id] = Wanted(
                stamp=wanted.stamp, media_id=wanted.media_id, from_byte=at + PART_BYTES, parts=wanted.parts - 1
            )

    async def _file(self, media_id: str) -> bytes | None:
        """None where it is gone. Raises OSError where the disk does not give it."""
        data = self._kept.get(media_id)
        if data is None:
            with contextlib.suppress(FileNotFoundError):
                data = await asyncio.to_thread(self._media.path(media_id).read_bytes)
        if data is not None:
            self._kept.pop(media_id, None)
            self._kept[media_id] = data
            if len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        return data
