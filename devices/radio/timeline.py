"""A burst's media time against this radio's clock: how old each frame is, and for how long frames are held back.

Only differences of monotonic clocks and of media time count, so a wall clock that is wrong changes nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from devices.protocol.voice import FRAME_MS, MEDIA_CLOCK_HZ, STALE_AFTER_MS, VoicePacket

FRAME_US = FRAME_MS * 1000
STALE_US = STALE_AFTER_MS * 1000
LEAST_DELAY_US = 20_000
MOST_DELAY_US = 200_000
FIRST_DELAY_US = 40_000
"""Before anything is known of a link: two packets of a console's one frame come late, or one of a radio's own three
frames, which is 60 ms (``first_delay_us``)."""
HELD_UNTIL_US = 240_000
"""Frames are not held back until they are older: with the 20 ms of the frame itself, 20 ms until the next is pulled,
and 20 ms on the way that nobody knows of, 300 ms from mouth to ear."""

WINDOW = 64
"""Arrivals that the delay follows: 1.3 s of packets of 20 ms, 3.8 s of 60 ms."""
QUANTILE = 0.95
"""The share of packets that shall come in time: as WebRTC's NetEQ, the quantile .95 of the delay relative to the least
delayed packet of the latest 2 s (its delay_manager and relative_arrival_delay_tracker)."""
_ENOUGH = 16

STEP_US = 80_000
_STEP_BAND_US = 60_000
STEADY_US = 1_000_000
"""A talker whose media clock stood still (a microphone that lost frames) would count as late for the rest of the burst.
Lateness that came at once and then stayed within a band for so long is that; a queue on the way grows or drains."""

_HALF_WRAP = 1 << 31


def first_delay_us(packet: VoicePacket) -> int:
    """For how long the frames of a burst that begins with this packet are held back until the link is known."""
    return max(FIRST_DELAY_US, len(packet.frames) * FRAME_US)


class Arrived(NamedTuple):
    """Where a packet's first frame lies in its burst, and how old its last frame is by the best estimate."""

    media_us: int
    age_us: int


class Timeline:
    """One burst's. Pure; ``now_us`` is monotonic.

    The origin is the least of ``arrival - age - media time`` over the burst: nothing arrives before it was spoken, so
    the least delayed packet is nearest the truth (the minimum filter of NTP, RFC 5905 section 10). Where the hub's
    clock is unknown its age counts as 0, and media time against arrival alone tells what is old.
    """

    def __init__(self) -> None:
        self._newest_ticks: int | None = None
        self._origin_us = 0
        self._starts_us: list[int] = []
        self._oldest = 0
        self._lateness_us = 0
        self._step: tuple[int, int, int] | None = None

    def arrive(self, packet: VoicePacket, now_us: int, age_us: int | None) -> Arrived:
        """Take in a packet of the age given by the hub's clock (None: unknown)."""
        ticks, is_first = self._unwrap(packet.media_time), not self._starts_us
        media_us = ticks * 1_000_000 // MEDIA_CLOCK_HZ
        spoken_us = media_us + (len(packet.frames) - 1) * FRAME_US
        known_us = age_us or 0
        lateness_us = now_us - known_us - spoken_us - self._origin_us
        if is_first or lateness_us < 0:
            self._origin_us += lateness_us
            lateness_us = 0
        self._follow_step(lateness_us, now_us)
        age_us = now_us - spoken_us - self._origin_us
        if not self._starts_us or (age_us <= STALE_US and not (packet.last and self._is_cut(now_us - media_us))):
            self._note(now_us - media_us)
        return Arrived(media_us, age_us)

    def age_us(self, media_us: int, now_us: int) -> int:
        """How long ago the frame with this media time was spoken."""
        return now_us - media_us - self._origin_us

    def held_us(self, media_us: int, now_us: int) -> int:
        """For how long the frame could have been played: since when a packet without delay would have brought it."""
        return now_us - media_us - min(self._starts_us)

    def delay_us(self, least_us: int) -> int:
        """For how long frames are held back; at least ``least_us`` until enough packets have come to tell."""
        least_start_us = min(self._starts_us)
        late_us = sorted(start_us - least_start_us for start_us in self._starts_us)
        wanted_us = late_us[int(QUANTILE * (len(late_us) - 1))]
        if len(late_us) < _ENOUGH:
            wanted_us = max(wanted_us, least_us)
        room_us = HELD_UNTIL_US - (least_start_us - self._origin_us)
        return max(LEAST_DELAY_US, min(wanted_us, MOST_DELAY_US, room_us))

    def _is_cut(self, start_us: int) -> bool:
        """Whether a last packet came before its frame's 20 ms were over, since the key went up: which says nothing of
        the link."""
        return 0 < min(self._starts_us) - start_us < FRAME_US

    def _unwrap(self, media_time: int) -> int:
        if self._newest_ticks is None:
            self._newest_ticks = media_time
            return media_time
        ahead = (media_time - self._newest_ticks + _HALF_WRAP) % (2 * _HALF_WRAP) - _HALF_WRAP
        ticks = self._newest_ticks + ahead
        if ahead > 0:
            self._newest_ticks = ticks
        return ticks

    def _note(self, start_us: int) -> None:
        if len(self._starts_us) < WINDOW:
            self._starts_us.append(start_us)
        else:
            self._starts_us[self._oldest] = start_us
            self._oldest = (self._oldest + 1) % WINDOW

    def _follow_step(self, lateness_us: int, now_us: int) -> None:
        came_at_once = lateness_us - self._lateness_us >= STEP_US
        self._lateness_us = lateness_us
        if came_at_once:
            self._step = (now_us, lateness_us, lateness_us)
        elif self._step is not None:
            since_us, least_us, most_us = self._step
            least_us, most_us = min(least_us, lateness_us), max(most_us, lateness_us)
            if most_us - least_us > _STEP_BAND_US:
                self._step = None
            elif now_us - since_us >= STEADY_US:
                self._origin_us += least_us
                self._lateness_us -= least_us
                self._step = None
                self._starts_us.clear()
                self._oldest = 0
            else:
                self._step = (since_us, least_us, most_us)
