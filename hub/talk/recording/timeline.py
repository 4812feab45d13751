"""Puts a burst's voice packets in their place in time: order restored, pauses and lost packets filled, pure.

What is filled in is a packet of its first byte alone, which decoders conceal (RFC 6716, section 3.1; DTX): players find
the right place in a file only where every 20 ms has a packet.
"""

from __future__ import annotations

from devices.protocol.voice import FRAME_MS, MEDIA_TICKS_PER_FRAME, VoicePacket

PAGE_US = 700_000
"""What came first waits so long for its page. With HOLD_US before and the writer's tick after, a power cut takes
at most 0.9 s and what the disk needs for one page."""
HOLD_US = 100_000
"""What is younger stays for the next page, since brokers change the order of packets."""
_HELD_FRAMES = HOLD_US // (1000 * FRAME_MS)
MOST_FILLED = 150
"""The longest gap that is filled, in frames: 3 s. The floor is taken back after 2 s of silence, so a longer gap is
none: the talker's media clock has jumped."""
MOST_BACK = 50
"""How far back, in frames, a packet may lie and be late rather than of a clock that has jumped."""
MOST_AHEAD = 150
"""How far, in frames, a burst may run ahead of the time that has passed. What is beyond is left out: nobody speaks
faster than time, and a recording is no longer than its burst."""
_SILENT_TOC = 0xF8
"""CELT, full band, 20 ms, one channel, one frame: for a gap before any packet."""
_CODE = 0x03
"""The bits of the first byte that say how many frames follow; 0: one."""


class Timeline:
    """One burst's packets in order. Times are of the hub's monotonic clock, microseconds."""

    def __init__(self) -> None:
        self.packets = 0
        """Voice packets that are kept."""
        self._most_sequence = -1
        self._waiting: dict[int, bytes] = {}
        self._base = 0
        """Media time of place 0."""
        self._taken = 0
        """Up to where frames were taken; may fall below 0 as long as none were."""
        self._begun = False
        self._end = 0
        self._toc = _SILENT_TOC
        self._first_us: int | None = None
        self._newest_us = 0
        self._since_us: int | None = None
        """When the oldest of what waits came."""

    @property
    def lost(self) -> int:
        """Voice packets up to the latest that are not kept: they never came, or too late."""
        return max(0, self._most_sequence + 1 - self.packets)

    def add(self, packet: VoicePacket, at_us: int) -> None:
        """Take up what came at ``at_us``."""
        self._most_sequence = max(self._most_sequence, packet.sequence)
        if self._first_us is None:
            self._first_us, self._base = at_us, packet.media_time
        place = self._place(packet.media_time)
        elapsed = (at_us - self._first_us) // (1000 * FRAME_MS)
        if place + len(packet.frames) - elapsed > MOST_AHEAD:
            return
        if not self._begun and -_HELD_FRAMES <= place < self._taken:
            self._taken = place
        kept = False
        for at, frame in enumerate(packet.frames, place):
            if at >= self._taken and at not in self._waiting and is_20_ms(frame):
                self._waiting[at] = frame
                kept = True
        if not kept:
            return
        self.packets += 1
        self._end = max(self._end, place + len(packet.frames))
        self._newest_us = at_us
        if self._since_us is None:
            self._since_us = at_us

    def _place(self, media_time: int) -> int:
        """The first frame's place; one that the media clock cannot mean is the next after the latest."""
        ticks = (media_time - self._base + 0x80000000) % 0x100000000 - 0x80000000
        place = (ticks + MEDIA_TICKS_PER_FRAME // 2) // MEDIA_TICKS_PER_FRAME
        if -MOST_BACK <= place - self._end <= MOST_FILLED:
            return place
        self._base = media_time - self._end * MEDIA_TICKS_PER_FRAME
        return self._end

    def due(self, now_us: int) -> list[bytes]:
        """The frames of the page that is due, in order and without a gap; none when none is."""
        if self._since_us is None or now_us - self._since_us < PAGE_US:
            return []
        if now_us - self._newest_us >= HOLD_US:
            return self.rest()
        self._since_us = now_us - HOLD_US
        return self._take(self._end - _HELD_FRAMES)

    def rest(self) -> list[bytes]:
        """All that waits, in order and without a gap."""
        self._since_us = None
        return self._take(self._end)

    def filling(self) -> bytes:
        """A packet for 20 ms of which nothing came."""
        return bytes((self._toc & ~_CODE,))

    def _take(self, until: int) -> list[bytes]:
        taken = []
        for at in range(self._taken, until):
            frame = self._waiting.pop(at, None)
            if frame is not None:
                self._toc = frame[0]
            taken.append(frame or self.filling())
            self._begun = True
        self._taken = max(self._taken, until)
        return taken


def is_20_ms(frame: bytes) -> bool:
    """Whether the first bytes of an Opus packet say that it is 20 ms long (RFC 6716, sections 3.1 and 3.2)."""
    config, code = frame[0] >> 3, frame[0] & _CODE
    if config < 12:
        one_us = (10_000, 20_000, 40_000, 60_000)[config & 3]
    elif config < 16:
        one_us = (10_000, 20_000)[config & 1]
    else:
        one_us = (2_500, 5_000, 10_000, 20_000)[config & 3]
    count = (1, 2, 2)[code] if code < 3 else frame[1] & 0x3F if len(frame) > 1 else 0
    return one_us * count == 1000 * FRAME_MS
