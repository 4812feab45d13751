"""A burst carried over a simulated link to a jitter buffer that is pulled each 20 ms, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from devices.protocol.voice import MEDIA_TICKS_PER_FRAME, VoicePacket
from devices.radio.jitter import JitterBuffer, Play, Slot

FRAME_US = 20_000
BURST_ID = 9
Arrivals = list[tuple[int, VoicePacket]]
"""When each packet arrives (microseconds), in order of arrival."""


def packet(
    sequence: int, *, media_time: int | None = None, frames: int = 1, first_frame: int | None = None
) -> VoicePacket:
    """A packet whose frames carry their own numbers."""
    first = sequence * frames if first_frame is None else first_frame
    at = first * MEDIA_TICKS_PER_FRAME if media_time is None else media_time
    body = tuple(number_frame(first + index) for index in range(frames))
    return VoicePacket(1, BURST_ID, sequence, at % (1 << 32), 5, 0, 0, False, body)


def number_frame(number: int) -> bytes:
    return b"\x48" + number.to_bytes(4, "big")


def number_of(frame: bytes) -> int:
    return int.from_bytes(frame[1:], "big")


@dataclass
class Heard:
    """What was played: for each pull its time and slot."""

    slots: list[tuple[int, Slot]] = field(default_factory=list)

    @property
    def frames(self) -> list[tuple[int, int]]:
        """When each frame was begun to be played, and its number."""
        found = []
        for at_us, slot in self.slots:
            frames = (slot.hurried, slot.frame) if slot.play is Play.FRAME else ()
            found += [(at_us, number_of(frame)) for frame in frames if frame]
        return found

    @property
    def numbers(self) -> list[int]:
        return [number for _, number in self.frames]

    def ages_us(self, since_us: int = 0) -> list[int]:
        """Mouth to ear: from when a frame began to be spoken until it was played, of those played since."""
        return [at_us - number * FRAME_US for at_us, number in self.frames if at_us >= since_us]

    def count(self, play: Play, since_us: int = 0) -> int:
        return sum(slot.play is play for at_us, slot in self.slots if at_us >= since_us)


def spoken(seconds: float, frames: int = 1) -> list[tuple[int, VoicePacket]]:
    """A burst's packets, and when each is complete: frame n is spoken from 20n to 20n + 20 ms."""
    count = round(seconds * 1e6 / FRAME_US / frames)
    return [((number + 1) * frames * FRAME_US, packet(number, frames=frames)) for number in range(count)]


def over_tcp(
    sent: Arrivals,
    *,
    transit_us: int = 20_000,
    stall_us: tuple[int, int] = (0, 0),
    late_us: Callable[[int], int] = lambda _number: 0,
) -> Arrivals:
    """In order, as TCP brings them; what is under way in a stall (from, to) comes at its end, all at once."""
    arrivals: Arrivals = []
    newest_us = 0
    for number, (at_us, one) in enumerate(sent):
        arrives_us = at_us + transit_us + late_us(number)
        if stall_us[0] <= arrives_us < stall_us[1]:
            arrives_us = stall_us[1]
        newest_us = max(newest_us, arrives_us)
        arrivals.append((newest_us, one))
    return arrivals


def heard(
    arrivals: Arrivals,
    *,
    buffer: JitterBuffer | None = None,
    knows_the_hub: bool = False,
    pulled_from_us: int = 7_000,
    finishes: bool = True,
) -> Heard:
    """Play a burst. With ``knows_the_hub`` the radio is told how old each packet is."""
    buffer = buffer or JitterBuffer()
    told = Heard()
    waiting = list(arrivals)
    now_us = pulled_from_us
    while True:
        while waiting and waiting[0][0] <= now_us:
            arrives_us, one = waiting.pop(0)
            complete_us = (number_of(one.frames[-1]) + 1) * FRAME_US
            buffer.push(one, arrives_us, arrives_us - complete_us if knows_the_hub else None)
        if not waiting and finishes:
            buffer.finish()
        slot = buffer.next_frame(now_us)
        if slot.play is Play.OVER or (not waiting and not finishes):
            return told
        told.slots.append((now_us, slot))
        now_us += FRAME_US
