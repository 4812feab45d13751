"""The microphone and the loudspeaker of one program, kept open: told of once when missing or lost, and looked for."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

import numpy as np

from devices.protocol.clock import Clock
from devices.radio.libopus import DECODE_RATE_HZ
from devices.radio.opus import ENCODE_RATE_HZ, Samples
from devices.radio.portaudio import FRAMES_A_SECOND, Block, DeviceLost, Direction, Line, PortAudioHung, load, look_again

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
    """A microphone's blocks at 16 kHz: as they are, or from 48 kHz by a windowed sinc (Hamming), every third sample."""

    def __init__(self) -> None:
        at = np.arange(_TAPS) - (_TAPS - 1) / 2
        taps = np.sinc(at * 2 * 7_600 / DECODE_RATE_HZ) * np.hamming(_TAPS)
        self._taps = (taps / taps.sum()).astype(np.float32)
        self._before = np.zeros(_TAPS - 1, dtype=np.float32)

    def take(self, block: Samples) -> Samples:
        """320 samples of a block of 20 ms; 1 ms later where it came at 48 kHz."""
        if block.size * FRAMES_A_SECOND == ENCODE_RATE_HZ:
            return block
        joined = np.concatenate([self._before, block.astype(np.float32)])
        self._before = joined[1 - _TAPS :]
        return np.clip(np.convolve(joined, self._taps, "valid")[::_DECIMATION], -32768, 32767).astype(np.int16)


class Captured:
    """What a microphone gave and nobody has taken yet. PortAudio's thread puts, the event loop takes."""

    def __init__(self) -> None:
        self.dropped = 0
        """Blocks that nobody took in time."""
        self._blocks: deque[Samples] = deque(maxlen=MAX_CAPTURED)

    def put(self, block: Block) -> None:
        """20 ms more."""
        if len(self._blocks) == MAX_CAPTURED:
            self.dropped += 1
        self._blocks.append(block[:, 0].copy())

    def take(self) -> list[Samples]:
        """The blocks, at the microphone's own rate, since this was last asked."""
        blocks: list[Samples] = []
        with contextlib.suppress(IndexError):
            while True:
                blocks.append(self._blocks.popleft())
        return blocks

    def clear(self) -> None:
        """What came so far is of no use."""
        self._blocks.clear()


class CardLines:
    """Devices are named as PortAudio names them (a part of the name that only one has is enough), ``default`` is the
    system's own; None is no device. A program has one: a device that is waited for makes it close and open all.
    """

    def __init__(
        self,
        clock: Clock,
        told: Callable[[str], None],
        *,
        names: dict[Direction, str | None],
        takes: dict[Direction, Callable[[Block], None]],
        is_busy: Callable[[], bool],
    ) -> None:
        """``told(words)`` is called when a device is missing, lost or back, ``takes[direction](block)`` by PortAudio's
        thread each 20 ms; ``is_busy()`` says whether closing what is there would cut a word. Raises PortAudioMissing.
        """
        load()
        self._clock = clock
        self._told = told
        self._names = names
        self._takes = takes
        self._is_busy = is_busy
        self._lines: dict[Direction, Line] = {}
        self._missing: set[Direction] = set()
        self._is_opening = False

    def is_wanted(self, direction: Direction) -> bool:
        """Whether there is to be one, there or not."""
        return self._names[direction] is not None

    def is_there(self, direction: Direction) -> bool:
        """Whether it is open."""
        return direction in self._lines

    def may_come(self, direction: Direction) -> bool:
        """Whether it is open, or may be in a moment."""
        return direction in self._lines or (self._is_opening and self.is_wanted(direction))

    async def run(self) -> None:
        """Have the devices open until cancelled; returns where PortAudio has hung, and no sound comes any more."""
        loop = asyncio.get_running_loop()
        wanted = {direction for direction in self._names if self.is_wanted(direction)}
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
                if wanted - self._lines.keys() and now_s >= retry_at_s and not self._is_busy():
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

    def _open_all_again(self) -> dict[Direction, str]:
        self._close_all()
        try:
            look_again()
        except DeviceLost as error:
            return {direction: str(error) for direction in self._names if self.is_wanted(direction)}
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
            rates_hz = [DECODE_RATE_HZ, ENCODE_RATE_HZ] if direction is Direction.INPUT else [DECODE_RATE_HZ]
            try:
                self._lines[direction] = Line(direction, name, rates_hz, self._takes[direction], self._clock)
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


_WORDS = {
    Direction.INPUT: ("话筒断开，正在重试 the microphone is gone: trying again", "话筒恢复 the microphone is back"),
    Direction.OUTPUT: (
        "扬声器断开，正在重试 the loudspeaker is gone: trying again",
        "扬声器恢复 the loudspeaker is back",
    ),
}
_STUCK = "声音程序库不应答，请重启对讲机程序 PortAudio does not answer: no more sound until the radio is started again"
