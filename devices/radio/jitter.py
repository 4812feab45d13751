"""The adaptive jitter buffer of one talk burst: packets in as they arrive, one frame out each 20 ms."""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from threading import Lock
from typing import NamedTuple, Protocol

from devices.protocol.voice import VoicePacket
from devices.radio.timeline import FRAME_US, HELD_UNTIL_US, STALE_US, Timeline, first_delay_us

MAX_WAITING = 64
"""Packets that wait to be played; past it the oldest goes. What is stale goes anyway: 20 packets of 20 ms."""
REMEMBERED = 64
"""Sequence numbers behind the newest that are still told from those that came before (as in RFC 4303, 3.4.3)."""
MAX_CONCEALED = 5
"""Frames made up in a row: the coder's concealment has faded out after 100 ms, and silence costs nothing."""
STRETCH_US = 40_000
"""Frames come so much too early before one is made up to hold the others back; less is not worth the sound of it."""
HURRY_US = 40_000
"""Frames are so much too late before two are played in the time of one."""
HURRY_EVERY = 4
"""Frames played as they are between two that are hurried: 1 s wins back 200 ms, and the words stay whole."""
_QUIET_BYTES = 2
"""Frames without sound (discontinuous transmission, RFC 6716, 2.1.9) are hurried whenever it helps."""
_LOOK_EVERY = 5
_REMEMBERED_BITS = (1 << REMEMBERED) - 1


class Fate(StrEnum):
    """What became of a packet."""

    IN_TIME = "in_time"
    DOUBLED = "doubled"
    TOO_LATE = "too_late"
    STALE = "stale"


class Play(StrEnum):
    """What the loudspeaker does for the next 20 ms."""

    FRAME = "frame"
    CONCEAL = "conceal"
    """A frame is missing: make one up from those before."""
    SILENCE = "silence"
    OVER = "over"
    """Nothing more comes of this burst."""


class Slot(NamedTuple):
    """20 ms of a burst."""

    play: Play
    frame: bytes = b""
    """The Opus frame; with CONCEAL the one after the missing frame where it is there (it may carry a copy, FEC)."""
    hurried: bytes = b""
    """A frame before ``frame`` that is played in the same 20 ms."""


class Pulled(Protocol):
    """What a loudspeaker plays: a burst's jitter buffer, a spoken message."""

    def next_frame(self, now_us: int) -> Slot:
        """The next 20 ms; ``now_us`` is monotonic."""
        ...


_SILENCE, _OVER = Slot(Play.SILENCE), Slot(Play.OVER)


class _Waiting(NamedTuple):
    sequence: int
    media_us: int
    frames: tuple[bytes, ...]


class JitterBuffer:
    """One burst, heard from whatever packet came first (late entry). Pure; ``now_us`` is monotonic.

    Whether anybody pulls frames changes no count: what nobody plays goes as it becomes stale. ``push`` and
    ``next_frame`` may be called from two threads.
    """

    def __init__(self, timeline: Timeline | None = None, delay_us: int = 0) -> None:
        """``timeline`` of the same burst before the line was away; ``delay_us`` is what the link needed before, 0 where
        nothing is known of it."""
        self.packets = 0
        self.stale = 0
        self.concealed = 0
        self.hurried = 0
        self.delay_us = delay_us
        self.timeline = timeline or Timeline()
        self._first_delay_us = delay_us
        self._first = 0
        self._newest = -1
        self._seen = 0
        self._waiting: deque[_Waiting] = deque()
        self._at = 0
        """The next frame of the first waiting packet."""
        self._played = -1
        """The sequence number up to which packets are over."""
        self._next_media_us: int | None = None
        self._made_up = 0
        self._since_hurry = HURRY_EVERY
        self._until_look = 0
        self._finished = False
        self._lock = Lock()

    @property
    def lost(self) -> int:
        """Packets between the first and the newest that did not come in time (RFC 3550, A.3); stale ones are apart."""
        return self._newest + 1 - self._first - self.packets - self.stale if self._newest >= 0 else 0

    def push(self, packet: VoicePacket, now_us: int, age_us: int | None) -> Fate:
        """Take in a packet of the age given by the hub's clock (None: unknown)."""
        with self._lock:
            if not self._is_new(packet.sequence):
                return Fate.DOUBLED
            if not self.delay_us:
                self.delay_us = self._first_delay_us = first_delay_us(packet)
            media_us, age_us = self.timeline.arrive(packet, now_us, age_us)
            if age_us > STALE_US:
                self.stale += 1
                return Fate.STALE
            if packet.sequence <= self._played or (self._at and packet.sequence < self._waiting[0].sequence):
                return Fate.TOO_LATE
            self.packets += 1
            self._keep(_Waiting(packet.sequence, media_us, packet.frames))
            self._drop_stale(now_us)
            return Fate.IN_TIME

    def finish(self) -> None:
        """Nothing more comes; what waits is still played."""
        self._finished = True

    def next_frame(self, now_us: int) -> Slot:
        """What to play for the 20 ms from now on; to be asked each 20 ms."""
        with self._lock:
            self._drop_stale(now_us)
            if not self._waiting:
                return _OVER if self._finished else self._make_up()
            self._look_at_delay()
            head = self._waiting[0]
            media_us = head.media_us + self._at * FRAME_US
            late_us = self.timeline.held_us(media_us, now_us) - self.delay_us
            if -late_us > (STRETCH_US if self._follows(media_us) else FRAME_US // 2):
                return self._make_up(head, -late_us)
            return self._play(media_us, late_us, now_us)

    def _is_new(self, sequence: int) -> bool:
        """Whether that number was not seen before; what is too far behind to tell counts as seen."""
        if self._newest < 0:
            self._first = self._newest = sequence
            self._seen = 1
            return True
        ahead = sequence - self._newest
        if ahead > 0:
            self._seen = (self._seen << ahead | 1) & _REMEMBERED_BITS if ahead < REMEMBERED else 1
            self._newest = sequence
            return True
        if -ahead >= REMEMBERED or self._seen >> -ahead & 1:
            return False
        self._seen |= 1 << -ahead
        self._first = min(self._first, sequence)
        return True

    def _keep(self, packet: _Waiting) -> None:
        waiting = self._waiting
        place = len(waiting)
        while place and waiting[place - 1].sequence > packet.sequence:
            place -= 1
        waiting.insert(place, packet)
        if len(waiting) > MAX_WAITING:
            self._pop()

    def _drop_stale(self, now_us: int) -> None:
        """Let go what is too old to be played."""
        while self._waiting:
            head = self._waiting[0]
            age_us = self.timeline.age_us(head.media_us, now_us) - STALE_US
            if age_us <= self._at * FRAME_US:
                return
            self._at = -(-age_us // FRAME_US)
            if self._at >= len(head.frames):
                self._pop()

    def _pop(self) -> None:
        self._played = self._waiting.popleft().sequence
        self._at = 0

    def _look_at_delay(self) -> None:
        if not self._until_look:
            self._until_look = _LOOK_EVERY
            self.delay_us = self.timeline.delay_us(self._first_delay_us)
        self._until_look -= 1

    def _follows(self, media_us: int) -> bool:
        """Whether the frame comes right after the one played last."""
        return self._next_media_us is not None and abs(media_us - self._next_media_us) < FRAME_US // 2

    def _make_up(self, head: _Waiting | None = None, early_us: int = 0) -> Slot:
        """The frame is missing, or its time has not come; ``head`` is what waits."""
        is_pause = head is not None and head.sequence == self._played + 1 and not self._at
        follows = head is not None and self._follows(head.media_us + self._at * FRAME_US)
        if self._next_media_us is None or self._made_up >= MAX_CONCEALED or (is_pause and not follows):
            return _SILENCE
        self._made_up += 1
        self.concealed += 1
        is_next = head is not None and not follows and early_us <= FRAME_US * 3 // 2
        return Slot(Play.CONCEAL, head.frames[self._at] if head is not None and is_next else b"")

    def _play(self, media_us: int, late_us: int, now_us: int) -> Slot:
        self._made_up = 0
        frame = self._take()
        self._next_media_us = media_us + FRAME_US
        is_old = self.timeline.age_us(media_us, now_us) > HELD_UNTIL_US
        is_late = late_us >= (HURRY_US // 2 if is_old else HURRY_US)
        may_hurry = self._since_hurry >= HURRY_EVERY or len(frame) <= _QUIET_BYTES
        if is_late and may_hurry and self._waiting:
            following_us = self._waiting[0].media_us + self._at * FRAME_US
            if self._follows(following_us):
                self._since_hurry = 0
                self.hurried += 1
                self._next_media_us = following_us + FRAME_US
                return Slot(Play.FRAME, self._take(), frame)
        self._since_hurry += 1
        return Slot(Play.FRAME, frame)

    def _take(self) -> bytes:
        head = self._waiting[0]
        frame = head.frames[self._at]
        self._at += 1
        if self._at == len(head.frames):
            self._pop()
        return frame
