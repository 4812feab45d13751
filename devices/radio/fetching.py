"""A radio fetches the spoken messages of its alerts, one after the other, over lost lines and restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from devices.link import Link
from devices.link.refusals import Refusal
from devices.protocol import messages
from devices.protocol.clock import Clock
from devices.protocol.media import MOST_PARTS, PART_BYTES, Part, Wanted
from devices.protocol.messages import Attachment
from devices.protocol.topics import Down, Up
from devices.radio.kept_media import MOST_BYTES, KeptMedia

AGAIN_AFTER_S = 2.0
AGAIN_AT_MOST_S = 30.0
"""Without a part for so long it asks again, after waits that double from the first to the second."""
MOST_WANTED = 16
"""Messages wanted at once; past it the oldest is given up: its alert is on the screen."""
MOST_DAMAGED = 3
"""So often one comes whole with another hash before it is given up."""


@dataclass
class _Sought:
    size: int
    until_us: int
    damaged: int = 0


class Fetching:
    """``arrived(media_id)`` is called for each that is here, at once where it was here before."""

    def __init__(
        self, link: Link, clock: Clock, kept: KeptMedia, is_busy: Callable[[], bool], arrived: Callable[[str], None]
    ) -> None:
        """While ``is_busy()``, since somebody speaks, one part at a time is asked for."""
        self._link = link
        self._clock = clock
        self._kept = kept
        self._is_busy = is_busy
        self._arrived = arrived
        self._sought: dict[str, _Sought] = {}
        self._asked_until = 0
        self._wait_s = AGAIN_AFTER_S
        self._again: asyncio.TimerHandle | None = None
        self._finishing: asyncio.Task[None] | None = None
        link.on(Down.PART, self._hear)

    def want(self, attachment: Attachment, until_us: int) -> None:
        """Have it here; after ``until_us`` (monotonic) it is of no use."""
        media_id = attachment.media_id
        if self._kept.has(media_id):
            self._arrived(media_id)
        elif media_id not in self._sought and attachment.bytes <= MOST_BYTES:
            self._sought[media_id] = _Sought(attachment.bytes, until_us)
            if len(self._sought) > MOST_WANTED:
                self._give_up(next(iter(self._sought)))
            if len(self._sought) == 1:
                self._ask()

    def connected(self) -> None:
        """The line is there (again): what was under way on the former one is lost."""
        self._wait_s = AGAIN_AFTER_S
        self._ask()

    def close(self) -> None:
        """Ask no more. What is here of the one under way stays for the next start."""
        if self._again is not None:
            self._again.cancel()
        if self._finishing is not None:
            self._finishing.cancel()

    def _ask(self) -> None:
        """For what follows of the first that is wanted."""
        now_us = self._clock.monotonic_us()
        for media_id in [name for name, one in self._sought.items() if one.until_us <= now_us]:
            self._give_up(media_id)
        if self._again is not None:
            self._again.cancel()
        if not self._sought or self._finishing is not None or not self._link.connected:
            return
        media_id = next(iter(self._sought))
        try:
            at = self._kept.begin(media_id)
        except OSError as error:
            self._link.refusals.add(Refusal.STORE_FAILED, str(error))
            at = 0
        if at >= self._sought[media_id].size:
            self._finish(media_id)
            return
        parts = 1 if self._is_busy() else MOST_PARTS
        self._asked_until = at + parts * PART_BYTES
        wanted = Wanted(stamp=self._link.stamp(), media_id=media_id, from_byte=at, parts=parts)
        self._link.publish(Up.WANTED, wanted, qos=1)
        self._look_again()

    def _look_again(self) -> None:
        if self._again is not None:
            self._again.cancel()
        self._again = asyncio.get_running_loop().call_later(self._wait_s, self._unanswered)

    def _unanswered(self) -> None:
        self._wait_s = min(2 * self._wait_s, AGAIN_AT_MOST_S)
        self._ask()

    def _hear(self, payload: bytes) -> None:
        part = messages.decode(payload, Part)
        media_id = next(iter(self._sought), None)
        if part.media_id != media_id or self._finishing is not None:
            return
        if not part.data:
            self._give_up(media_id)
            self._ask()
            return
        try:
            if part.from_byte != self._kept.begin(media_id):
                return  # it comes again, or one before it is missing and will be asked for
            here = self._kept.add(part.data)
        except OSError as error:
            self._link.refusals.add(Refusal.STORE_FAILED, str(error))
            here = self._kept.begin(media_id)
        self._wait_s = AGAIN_AFTER_S
        if here >= self._sought[media_id].size:
            self._finish(media_id)
        elif here >= self._asked_until:
            self._ask()
        else:
            self._look_again()

    def _finish(self, media_id: str) -> None:
        if self._again is not None:
            self._again.cancel()
        self._finishing = asyncio.ensure_future(self._check(media_id))

    async def _check(self, media_id: str) -> None:
        try:
            is_whole = await asyncio.to_thread(self._kept.finish)
        except OSError as error:
            self._link.refusals.add(Refusal.STORE_FAILED, str(error))
            is_whole = self._kept.has(media_id)
        self._finishing = None
        if is_whole:
            self._sought.pop(media_id, None)
            self._arrived(media_id)
        else:
            self._link.refusals.add(Refusal.MALFORMED, f"the spoken message {media_id} came with another hash")
            self._drop()
            one = self._sought.get(media_id)
            if one is not None:
                one.damaged += 1
                if one.damaged >= MOST_DAMAGED:
                    del self._sought[media_id]
        self._ask()

    def _give_up(self, media_id: str) -> None:
        if next(iter(self._sought)) == media_id and self._finishing is None:
            self._drop()
        del self._sought[media_id]

    def _drop(self) -> None:
        try:
            self._kept.drop()
        except OSError as error:
            self._link.refusals.add(Refusal.STORE_FAILED, str(error))
