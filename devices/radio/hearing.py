"""What a radio hears of the bursts around it: order, age, counts, and when each began and ended."""

from __future__ import annotations

from collections.abc import Callable

from devices.protocol.voice import STALE_AFTER_MS, VoicePacket
from devices.radio.jitter import Fate, JitterBuffer
from devices.radio.timeline import Timeline

SILENT_AFTER_US = 1_000_000
"""A burst without packets for so long is over, though its last packet and the word that the floor is idle were lost."""

IDLE_GRACE_US = STALE_AFTER_MS * 1000
"""After the word that the floor is idle, packets of the burst may still be under way on another topic."""

MAX_BURSTS = 16
"""Bursts remembered; the oldest is ended and forgotten. A repeated packet of an ended burst must find it ended."""


class Burst:
    """One burst as this radio hears it; ``late_us`` is the age of its first packet (0 when unknown)."""

    def __init__(self, burst_id: int, late_us: int, buffer: JitterBuffer) -> None:
        self.burst_id = burst_id
        self.late_us = late_us
        self.ended = False
        self.is_over = False
        """Its end was heard: its last packet, or the word that the floor is idle. One that fell silent may go on."""
        self.newest = -1
        self.heard_us = 0
        self.idle_us: int | None = None
        self.buffer = buffer


class Hearing:
    """All bursts of one radio. Pure: the caller passes the time, and has each burst's buffer played."""

    def __init__(
        self, *, on_begin: Callable[[Burst], None], on_heard: Callable[[Burst], None], on_end: Callable[[Burst], None]
    ) -> None:
        """``on_heard`` is called with the first packet that came in time: the burst can be heard from then on."""
        self._on_begin = on_begin
        self._on_heard = on_heard
        self._on_end = on_end
        self._delay_us = 0
        self._bursts: dict[int, Burst] = {}

    @property
    def is_hearing(self) -> bool:
        """Whether somebody speaks, as far as is known here."""
        return any(not burst.ended for burst in self._bursts.values())

    def hear(self, packet: VoicePacket, now_us: int, age_us: int | None) -> None:
        """Take in one packet of somebody else's burst."""
        burst = self._bursts.get(packet.burst_id)
        if burst is None:
            burst = self._begin(packet.burst_id, age_us or 0)
        elif burst.ended:
            if burst.is_over or packet.sequence <= burst.newest:
                return
            del self._bursts[packet.burst_id]  # the line was away for a while: late entry
            burst = self._begin(packet.burst_id, age_us or 0, burst.buffer.timeline)
        burst.heard_us = now_us
        burst.newest = max(burst.newest, packet.sequence)
        if burst.buffer.push(packet, now_us, age_us) is Fate.IN_TIME and burst.buffer.packets == 1:
            self._on_heard(burst)
        if packet.last:
            burst.is_over = True
            self._end(burst)

    def floor_idle(self, burst_id: int, now_us: int) -> None:
        """The floor is idle again: the burst ends after IDLE_GRACE_US; one never heard changes nothing."""
        burst = self._bursts.get(burst_id)
        if burst is not None:
            burst.idle_us = now_us
            burst.is_over |= burst.ended

    def line_lost(self) -> None:
        """Nothing more comes for now; a burst that still goes on when the line is back begins anew."""
        for burst in list(self._bursts.values()):
            if not burst.ended:
                self._end(burst)

    def look(self, now_us: int) -> bool:
        """End the bursts that fell silent; false when every burst has ended."""
        lively = False
        for burst in list(self._bursts.values()):
            if burst.ended:
                continue
            burst.is_over = burst.idle_us is not None and now_us - burst.idle_us >= IDLE_GRACE_US
            if burst.is_over or now_us - burst.heard_us >= SILENT_AFTER_US:
                self._end(burst)
            else:
                lively = True
        return lively

    def _begin(self, burst_id: int, late_us: int, timeline: Timeline | None = None) -> Burst:
        if len(self._bursts) >= MAX_BURSTS:
            oldest = self._bursts.pop(next(iter(self._bursts)))
            if not oldest.ended:
                self._end(oldest)
        burst = self._bursts[burst_id] = Burst(burst_id, late_us, JitterBuffer(timeline, self._delay_us))
        self._on_begin(burst)
        return burst

    def _end(self, burst: Burst) -> None:
        burst.ended = True
        burst.buffer.finish()
        self._delay_us = burst.buffer.delay_us  # the next burst comes over the same link
        self._on_end(burst)
