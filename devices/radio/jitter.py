"""Puts the packets of one talk burst in order, drops what is stale or doubled, and counts what is lost."""

from __future__ import annotations

from enum import StrEnum

from devices.protocol.voice import MEDIA_TICKS_PER_FRAME, STALE_AFTER_MS, VoicePacket

HOLD_US = 60_000
"""How long the packets after a gap wait for the missing one; longer would be heard as delay."""

MAX_HELD = 8
"""Packets held behind a gap; the gap is given up when one more arrives."""

MAX_FILL_FRAMES = 50
"""At most one second of silence is filled in for what is missing or was never sent (a pause)."""

Frames = list[bytes | None]
"""Opus frames of 20 ms in playing order; None stands for one that is missing."""

_MEDIA_WRAP = 1 << 32


class Fate(StrEnum):
    """What became of a packet."""

    IN_ORDER = "in_order"
    HELD = "held"
    DOUBLED = "doubled"
    TOO_LATE = "too_late"
    STALE = "stale"


class JitterBuffer:
    """One burst, heard from whatever packet came first (late entry). Pure; times are monotonic microseconds.

    Packets in order are handed on at once: over a broker they nearly always are, and the sound card has its own buffer.
    """

    def __init__(self) -> None:
        self.packets = 0
        self.lost = 0
        self.stale = 0
        self._next_sequence: int | None = None
        self._next_media = 0
        self._held: dict[int, VoicePacket] = {}
        self._gap_since_us = 0

    def push(self, packet: VoicePacket, now_us: int, age_us: int | None) -> tuple[Fate, Frames]:
        """Take in a packet of the age given (None: unknown, taken as fresh); returns the frames to play now."""
        sequence = packet.sequence
        if self._next_sequence is None:
            self._next_sequence = sequence
            self._next_media = packet.media_time
        if sequence < self._next_sequence:
            return Fate.TOO_LATE, []
        if sequence in self._held:
            return Fate.DOUBLED, []
        if age_us is not None and age_us > STALE_AFTER_MS * 1000:
            return self._drop_stale(packet, now_us)
        self.packets += 1
        if sequence == self._next_sequence:
            frames = self._play(packet)
            if self._held:
                frames += self._play_held(now_us)
            return Fate.IN_ORDER, frames
        if not self._held:
            self._gap_since_us = now_us
        self._held[sequence] = packet
        if len(self._held) > MAX_HELD:
            return Fate.HELD, self._give_up_gap(now_us)
        return Fate.HELD, self.wait(now_us)

    def wait(self, now_us: int) -> Frames:
        """The frames to play now that time has passed: gaps older than HOLD_US are given up."""
        frames: Frames = []
        while self._held and now_us - self._gap_since_us >= HOLD_US:
            frames += self._give_up_gap(now_us)
        return frames

    def finish(self, now_us: int) -> Frames:
        """The burst is over: whatever is held, in order."""
        frames: Frames = []
        while self._held:
            frames += self._give_up_gap(now_us)
        return frames

    def _drop_stale(self, packet: VoicePacket, now_us: int) -> tuple[Fate, Frames]:
        self.stale += 1
        if packet.sequence != self._next_sequence:
            return Fate.STALE, []
        self._next_sequence += 1
        self._next_media = packet.media_time + len(packet.frames) * MEDIA_TICKS_PER_FRAME
        return Fate.STALE, self._play_held(now_us)

    def _play(self, packet: VoicePacket) -> Frames:
        pause = (packet.media_time - self._next_media) % _MEDIA_WRAP
        fill = 0 if pause >= _MEDIA_WRAP // 2 else min(pause // MEDIA_TICKS_PER_FRAME, MAX_FILL_FRAMES)
        self._next_sequence = packet.sequence + 1
        self._next_media = packet.media_time + len(packet.frames) * MEDIA_TICKS_PER_FRAME
        if not fill:
            return list(packet.frames)
        return [*([None] * fill), *packet.frames]

    def _play_held(self, now_us: int) -> Frames:
        """What is held and now in order; a further gap begins to wait."""
        frames: Frames = []
        assert self._next_sequence is not None
        while (packet := self._held.pop(self._next_sequence, None)) is not None:
            frames += self._play(packet)
        self._gap_since_us = now_us
        return frames

    def _give_up_gap(self, now_us: int) -> Frames:
        assert self._next_sequence is not None
        first = min(self._held)
        self.lost += first - self._next_sequence
        self._next_sequence = first
        return self._play_held(now_us)
