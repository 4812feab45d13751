"""A radio's real microphone and loudspeaker: speech in, bursts and tones out, and what happens when one goes away."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

import numpy as np

from devices.protocol.clock import Clock
from devices.protocol.messages import AlertMessage
from devices.radio.floor import FloorState
from devices.radio.jitter import JitterBuffer
from devices.radio.libopus import DECODE_RATE_HZ
from devices.radio.opus import ENCODE_RATE_HZ, SILENT_FRAME, Encoder, Samples
from devices.radio.playout import PlayOut
from devices.radio.portaudio import FRAMES_A_SECOND, Block, DeviceLost, Direction, Line, PortAudioHung, load, look_again
from devices.radio.radio import RadioEvents
from devices.radio.tones import Tone, Tones

MAX_CAPTURED = 10
"""Blocks of 20 ms between microphone and coder; past it the oldest goes, and is counted."""
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0
STEADY_S = 10.0
"""A device that stayed for so long is waited for from FIRST_RETRY_S again when it goes."""
LOOK_EVERY_S = 0.25
_DECIMATION = DECODE_RATE_HZ // ENCODE_RATE_HZ
_TAPS = 96
"""1 ms of delay; passes what is below 6.8 kHz and stops by 40 dB and more what would fold (above 8.4 kHz)."""


class Decimator:
    """48 kHz to 16 kHz, block by block: a windowed sinc (Hamming), then every third sample."""

    def __init__(self) -> None:
        at = np.arange(_TAPS) - (_TAPS - 1) / 2
        taps = np.sinc(at * 2 * 7_600 / DECODE_RATE_HZ) * np.hamming(_TAPS)
        self._taps = (taps / taps.sum()).astype(np.float32)
        self._before = np.zeros(_TAPS - 1, dtype=np.float32)

    def take(self, samples: Samples) -> Samples:
        """A third as many, 1 ms later. ``samples`` are a whole number of threes."""
        joined = np.concatenate([self._before, samples.astype(np.float32)])
        self._before = joined[1 - _TAPS :]
        return np.clip(np.convolve(joined, self._taps, "valid")[::_DECIMATION], -32768, 32767).astype(np.int16)


class SoundCard(RadioEvents):
    """The Speaker of one radio, maker of its Microphones, and its tones: give it the radio's events.

    Devices are named as PortAudio names them (a part of the name that only one has is enough), ``default`` is the
    system's own; None is no device. A program has one: a device that is waited for makes it close and open all.
    """

    def __init__(
        self, clock: Clock, told: Callable[[str], None], *, microphone: str | None = None, speaker: str | None = None
    ) -> None:
        """``told(words)`` is called when a device is missing, lost or back. Raises PortAudioMissing."""
        load()
        self.tones = Tones(clock)
        self.dropped = 0
        """Blocks of the open microphone that nobody took in time."""
        self._clock = clock
        self._told = told
        self._names = {Direction.INPUT: microphone, Direction.OUTPUT: speaker}
        self._lines: dict[Direction, Line] = {}
        self._missing: set[Direction] = set()
        self._playout = PlayOut()
        self._was_playing = False
        self._is_opening = False
        self._is_open = False
        self._captured: deque[Samples] = deque(maxlen=MAX_CAPTURED)

    def begin(self, burst_id: int, buffer: JitterBuffer) -> None:
        self._playout.begin(burst_id, buffer)

    def microphone(self, speak: Callable[[bytes], None]) -> LiveMicrophone:
        """For one press of a key of the radio that speaks with ``speak``."""
        return LiveMicrophone(self, speak)

    def alert_shown(self, alert: AlertMessage) -> None:
        self.tones.alert(alert.severity, alert.status)

    def floor_changed(self, state: FloorState, why: str) -> None:
        talks = state in (FloorState.TALKING, FloorState.WARNED)
        if talks and not self._is_open:
            self._captured.clear()
        self._is_open = talks
        self.tones.floor_changed(state, why)

    @property
    def has_microphone(self) -> bool:
        """Whether it is to have one, there or not."""
        return self._names[Direction.INPUT] is not None

    @property
    def captures(self) -> bool:
        """Whether the microphone is there, or may be in a moment."""
        return Direction.INPUT in self._lines or (self._is_opening and self.has_microphone)

    @property
    def plays(self) -> bool:
        """Whether the loudspeaker is there."""
        return Direction.OUTPUT in self._lines

    def take_captured(self) -> list[Samples]:
        """The blocks of 20 ms, at its own rate, that the open microphone gave since this was last asked."""
        blocks: list[Samples] = []
        with contextlib.suppress(IndexError):
            while True:
                blocks.append(self._captured.popleft())
        return blocks

    async def run(self) -> None:
        """Have the devices open until cancelled; returns where PortAudio has hung, and no sound comes any more."""
        loop = asyncio.get_running_loop()
        wanted = {direction for direction, name in self._names.items() if name is not None}
        retry_s, steady_at_s = FIRST_RETRY_S, loop.time() + STEADY_S
        retry_at_s = loop.time() + retry_s
        try:
            await self._open(self._open_missing)
            while True:
                lost = [direction for direction, line in self._lines.items() if not line.is_alive]
                for direction in lost:
                    line = self._lines.pop(direction)
                    self._tell({direction: _WORDS[direction][0]})
                    await asyncio.to_thread(line.close)
                now_s = loop.time()
                if lost:
                    retry_s = FIRST_RETRY_S if now_s > steady_at_s else retry_s
                    retry_at_s = now_s + retry_s
                if wanted - self._lines.keys() and now_s >= retry_at_s and not self._is_busy:
                    await self._open(self._open_all_again)
                    retry_s = min(2 * retry_s, LONGEST_RETRY_S)
                    retry_at_s, steady_at_s = loop.time() + retry_s, loop.time() + STEADY_S
                await asyncio.sleep(LOOK_EVERY_S)
        except PortAudioHung:
            self._told(_STUCK)
        finally:
            with contextlib.suppress(PortAudioHung):
                self._close_all()

    async def _open(self, step: Callable[[], dict[Direction, str]]) -> None:
        self._is_opening = True
        try:
            self._tell(await asyncio.to_thread(step))
        finally:
            self._is_opening = False

    @property
    def _is_busy(self) -> bool:
        """Whether a word would be cut by closing what is there in order to look for what is not."""
        return (self._is_open and self.captures) or (self._playout.is_playing and self.plays)

    def _open_all_again(self) -> dict[Direction, str]:
        self._close_all()
        try:
            look_again()
        except DeviceLost as error:
            return {direction: str(error) for direction, name in self._names.items() if name is not None}
        return self._open_missing()

    def _close_all(self) -> None:
        while self._lines:
            self._lines.popitem()[1].close()

    def _open_missing(self) -> dict[Direction, str]:
        """Open what is not; returns why some are not."""
        refused: dict[Direction, str] = {}
        for direction, name in self._names.items():
            if name is None or direction in self._lines:
                continue
            take, rates_hz = self._play, [DECODE_RATE_HZ]
            if direction is Direction.INPUT:
                take, rates_hz = self._capture, [DECODE_RATE_HZ, ENCODE_RATE_HZ]
            try:
                self._lines[direction] = Line(direction, name, rates_hz, take, self._clock)
            except DeviceLost as error:
                refused[direction] = str(error)
        return refused

    def _tell(self, missing: dict[Direction, str]) -> None:
        """Once when a device goes and once when it is back, not each time that it is looked for."""
        for direction, words in missing.items():
            if direction not in self._missing:
                self._missing.add(direction)
                self._told(words)
        for direction in self._missing & self._lines.keys():
            self._missing.discard(direction)
            self._told(_WORDS[direction][1])

    def _capture(self, block: Block) -> None:
        """By PortAudio's thread: only keeps the block, and only while the key is down."""
        if self._is_open:
            if len(self._captured) == MAX_CAPTURED:
                self.dropped += 1
            self._captured.append(block[:, 0].copy())

    def _play(self, block: Block) -> None:
        """By PortAudio's thread."""
        samples = self._playout.next_samples(self._clock.monotonic_us())
        is_playing = self._playout.is_playing
        if self._was_playing and not is_playing:
            self.tones.play(Tone.IDLE)
        self._was_playing = is_playing
        block[:, 0] = self.tones.add_to(samples)


_WORDS = {
    Direction.INPUT: ("话筒断开，正在重试 the microphone is gone: trying again", "话筒恢复 the microphone is back"),
    Direction.OUTPUT: (
        "扬声器断开，正在重试 the loudspeaker is gone: trying again",
        "扬声器恢复 the loudspeaker is back",
    ),
}


_STUCK = "声音程序库不应答，请重启对讲机程序 PortAudio does not answer: no more sound until the radio is started again"


class LiveMicrophone:
    """The card's microphone for one press: speech as it is spoken, from the end of the talk-permit tone on.

    The microphone's own clock sets the pace: a tick at which it has given nothing is left out, one at which several
    blocks have come takes them all, so that speech is never older for a thread that was late once.
    """

    def __init__(self, card: SoundCard, speak: Callable[[bytes], None]) -> None:
        """``speak`` takes the frames of a tick before its last."""
        self._card = card
        self._speak = speak
        self._encoder = Encoder()
        self._decimator = Decimator()

    def next_frame(self) -> bytes | None:
        """The latest 20 ms; silence while a tone sounds; empty when nothing has come; None without a microphone."""
        if not self._card.captures:
            return None
        blocks = self._card.take_captured()
        if self._card.plays and self._card.tones.mutes:
            return SILENT_FRAME
        frames = [self._code(block) for block in blocks]
        for frame in frames[:-1]:
            self._speak(frame)
        return frames[-1] if frames else b""

    def _code(self, block: Samples) -> bytes:
        is_fast = block.size * FRAMES_A_SECOND == DECODE_RATE_HZ
        (frame,) = self._encoder.encode(self._decimator.take(block) if is_fast else block)
        return frame
