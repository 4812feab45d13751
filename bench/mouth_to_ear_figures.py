"""How late and how like what was spoken is heard: cross-correlation, stage by stage, and the figures of a run. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve  # type: ignore[attr-defined]

from bench.mouth_to_ear_speech import RATE_HZ
from devices.protocol.voice import FRAME_MS, VoicePacket
from devices.radio.libopus import DECODE_SAMPLES, NativeDecoder

SEGMENT_S = 0.5
QUIET = 0.25
"""A segment of less than so much of its sentence's loudness says nothing about likeness."""
LATEST_S = 1.0
"""So late a word is looked for."""
NEAR_S = 0.25
"""A segment is looked for so near to where its sentence was found; further off other words become like it."""

Sound = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """Where a piece of sound is in another, in samples, and how like it is there (1: the same)."""

    at: int
    likeness: float


def find(piece: Sound, sound: Sound, begin: int, end: int) -> Found:
    """Look for the piece beginning anywhere in [begin, end): the peak of the normalised cross-correlation."""
    begin, end = max(0, begin), min(end, sound.size - piece.size + 1)
    if begin >= end:
        return Found(begin, 0.0)
    part = sound[begin : end - 1 + piece.size]
    products = fftconvolve(part, piece[::-1], "valid")
    energy = np.concatenate([[0.0], np.cumsum(part * part)])
    norms = np.sqrt(np.maximum(energy[piece.size :] - energy[: -piece.size], 0)) * np.linalg.norm(piece)
    likeness = products / np.maximum(norms, 1e-6 * np.linalg.norm(piece) ** 2 + 1e-9)
    at = int(np.argmax(likeness))
    return Found(begin + at, float(likeness[at]))


def segments(sentence: Sound) -> list[tuple[int, int]]:
    """Pieces of SEGMENT_S that are not quiet, as [begin, end) in samples."""
    size = round(SEGMENT_S * RATE_HZ)
    loud = float(np.sqrt(np.mean(sentence * sentence)))
    pieces = [(at, at + size) for at in range(0, sentence.size - size + 1, size)]
    return [one for one in pieces if np.sqrt(np.mean(sentence[slice(*one)] ** 2)) > QUIET * loud]


@dataclass(frozen=True)
class Ear:
    """What sounded; sample ``n`` at ``began_us`` and n/48000 s."""

    sound: Sound
    began_us: float

    def index(self, at_us: float) -> int:
        return round((at_us - self.began_us) * RATE_HZ / 1e6)

    def sounded_us(self, index: int) -> float:
        return self.began_us + index / RATE_HZ * 1e6


@dataclass(frozen=True)
class Carried:
    """The packets of one burst: what they decode to; when each was sent and when it arrived, in monotonic
    microseconds by its media time."""

    sound: Sound
    sent_us: dict[int, float]
    arrived_us: dict[int, float]
    lost: int

    @classmethod
    def of(cls, packets: list[VoicePacket], origin_us: float, arrived_us: dict[int, float]) -> Carried:
        """``packets`` as sent, of one frame each, with the clock in them that had 0 at ``origin_us``."""
        decoder = NativeDecoder()
        sound = np.zeros(packets[-1].media_time + DECODE_SAMPLES)
        for packet in packets:
            frame = np.frombuffer(decoder.decode(packet.frames[0]), dtype=np.int16)
            sound[packet.media_time : packet.media_time + DECODE_SAMPLES] = frame
        return cls(
            sound,
            {one.media_time: origin_us + one.monotonic_us for one in packets},
            {one.media_time: arrived_us[one.sequence] for one in packets if one.sequence in arrived_us},
            sum(one.sequence not in arrived_us for one in packets),
        )


@dataclass(frozen=True)
class Heard:
    """One segment: how late and how like; the stages add up to the delay, but for the loudspeaker's block."""

    delay_ms: float
    likeness: float
    captured_ms: float
    """From the frame's first sample spoken until the page hands its packet to the websocket."""
    carried_ms: float
    """From there until the radio has the packet."""
    held_ms: float
    """From there until the loudspeaker asks for the frame."""


@dataclass(frozen=True)
class Sentence:
    """One sentence, in a burst of its own."""

    likeness: float
    """Of the whole sentence at one delay."""
    segments: tuple[Heard, ...]
    lost: int


def answer(spoken: Sound, began_us: float, ear: Ear) -> list[tuple[float, float]]:
    """Delay in milliseconds and likeness of each segment of what was spoken from ``began_us`` on."""
    begin, near = ear.index(began_us), round(NEAR_S * RATE_HZ)
    whole = find(spoken, ear.sound, begin, begin + round(LATEST_S * RATE_HZ))
    heard = []
    for first, last in segments(spoken):
        found = find(spoken[first:last], ear.sound, whole.at + first - near, whole.at + first + near)
        mouth_us = began_us + first / RATE_HZ * 1e6
        heard.append(((ear.sounded_us(found.at) - mouth_us) / 1000, found.likeness))
    return heard


def sentence(spoken: Sound, spoken_us: Callable[[int], float], carried: Carried, ear: Ear) -> Sentence:
    """``spoken_us`` gives the time of a sample of ``spoken``."""
    begin = ear.index(spoken_us(0))
    whole = find(spoken, ear.sound, begin, begin + round(LATEST_S * RATE_HZ))
    coded = find(spoken, carried.sound, 0, carried.sound.size)
    near = round(NEAR_S * RATE_HZ)
    heard = []
    for first, last in segments(spoken):
        piece = spoken[first:last]
        at = find(piece, ear.sound, whole.at + first - near, whole.at + first + near)
        media = find(piece, carried.sound, coded.at + first - near, coded.at + first + near).at
        frame, within = divmod(media, DECODE_SAMPLES)
        frame_ticks, within_us = frame * DECODE_SAMPLES, within / RATE_HZ * 1e6
        mouth_us, ear_us = spoken_us(first), ear.sounded_us(at.at)
        sent_us = carried.sent_us.get(frame_ticks, np.nan)
        arrived_us = carried.arrived_us.get(frame_ticks, np.nan)
        asked_us = ear_us - within_us - FRAME_MS * 1000
        heard.append(
            Heard(
                delay_ms=(ear_us - mouth_us) / 1000,
                likeness=at.likeness,
                captured_ms=(sent_us - (mouth_us - within_us)) / 1000,
                carried_ms=(arrived_us - sent_us) / 1000,
                held_ms=(asked_us - arrived_us) / 1000,
            )
        )
    return Sentence(whole.likeness, tuple(heard), carried.lost)
