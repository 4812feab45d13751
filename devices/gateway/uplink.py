"""From the air to the group: what is heard waits for the floor, and follows itself at its own pace from then on."""

from __future__ import annotations

from collections import deque
from enum import StrEnum

from devices.gateway.settings import HoldSettings, VoxSettings, blocks
from devices.radio.opus import Samples


class UplinkState(StrEnum):
    """Where a burst from the air stands."""

    SILENT = "silent"
    ASKING = "asking"
    """Somebody talks on the air, and the floor is asked for; it may be granted after he has ended."""
    SPEAKING = "speaking"
    REFUSED = "refused"
    """Nothing more of this burst goes to the group."""


class UplinkEvent(StrEnum):
    """What can happen to it."""

    BEGAN = "began"
    BARRED = "barred"
    """It began while nothing is passed on."""
    GRANTED = "granted"
    REFUSED = "refused"
    """Denied, unanswered, taken back, or it waited too long."""
    SENT = "sent"
    ENDED = "ended"
    """Nobody talks on the air any more."""


_TABLE: dict[tuple[UplinkState, UplinkEvent], UplinkState] = {
    (UplinkState.SILENT, UplinkEvent.BEGAN): UplinkState.ASKING,
    (UplinkState.SILENT, UplinkEvent.BARRED): UplinkState.REFUSED,
    (UplinkState.ASKING, UplinkEvent.GRANTED): UplinkState.SPEAKING,
    (UplinkState.ASKING, UplinkEvent.REFUSED): UplinkState.REFUSED,
    (UplinkState.SPEAKING, UplinkEvent.REFUSED): UplinkState.REFUSED,
    (UplinkState.SPEAKING, UplinkEvent.SENT): UplinkState.SILENT,
    (UplinkState.REFUSED, UplinkEvent.ENDED): UplinkState.SILENT,
}


class Uplink:
    """Blocks of 20 ms at 16 kHz. Pure."""

    def __init__(self, hold: HoldSettings, vox: VoxSettings) -> None:
        self.state = UplinkState.SILENT
        self._before: deque[Samples] = deque(maxlen=blocks(vox.pre_roll_ms + vox.attack_ms))
        self._waiting: deque[Samples] = deque()
        self._most = self._before.maxlen or 0
        self._most += blocks(hold.for_floor_s * 1000)
        self._is_open = False

    @property
    def is_sent(self) -> bool:
        """Whether nothing more comes of the burst that is spoken."""
        return not self._is_open and not self._waiting

    def hear(self, block: Samples, *, is_open: bool, may_speak: bool) -> bool:
        """The next 20 ms of the air, and whether somebody talks. False when it has waited too long for the floor."""
        self._is_open = is_open
        if not is_open:
            self._before.append(block)
            self.take(UplinkEvent.ENDED)
            return True
        self.take(UplinkEvent.BEGAN if may_speak else UplinkEvent.BARRED)
        if self.state is UplinkState.REFUSED:
            return True
        self._waiting.extend((*self._before, block))
        self._before.clear()
        return len(self._waiting) <= self._most

    def next_block(self) -> Samples | None:
        """What is to be spoken next, where something waits."""
        return self._waiting.popleft() if self._waiting else None

    def take(self, event: UplinkEvent) -> bool:
        """Something happened to the burst; false when it changes nothing."""
        target = _TABLE.get((self.state, event))
        if target is None:
            return False
        self.state = target
        if target is UplinkState.REFUSED:
            self._waiting.clear()
        return True

    def keyed(self) -> None:
        """The donor speaks itself: what comes next does not follow what was heard. What waits is sent all the same."""
        self._is_open = False
        self._before.clear()
        self.take(UplinkEvent.ENDED)
