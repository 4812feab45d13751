"""The doors to a radio's loudspeaker and microphone, with stand-ins that use files or nothing."""

from __future__ import annotations

import asyncio
import logging
import wave
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from devices.protocol.clock import Clock
from devices.radio.jitter import Play, Pulled, Slot
from devices.radio.libopus import DECODE_RATE_HZ
from devices.radio.opus import ENCODE_RATE_HZ, ENCODE_SAMPLES, Encoder
from devices.radio.playout import Sound
from devices.radio.timeline import FRAME_US

_log = logging.getLogger(__name__)


class Speaker(Protocol):
    """Plays what a radio hears, burst by burst, at its own pace."""

    def begin(self, burst_id: int, buffer: Pulled) -> None:
        """A burst is to be heard: pull a frame each 20 ms until the buffer says that it is over. Returns at once.

        A spoken message has a number of its own, below 0.
        """
        ...


class Microphone(Protocol):
    """Gives coded speech."""

    def next_frame(self) -> bytes | None:
        """The next 20 ms as one Opus frame; empty when they have not come yet; None when there is no more."""
        ...


class NullSpeaker:
    """Plays nothing, and costs nothing."""

    def begin(self, burst_id: int, buffer: Pulled) -> None:
        return


class PacedSpeaker:
    """Pulls each burst each 20 ms, as a sound card would, on the event loop; a subclass plays.

    A burst that cannot be played (OSError) is dropped, and logged; the others go on.
    """

    def __init__(self, clock: Clock) -> None:
        """``clock`` is the radio's."""
        self._clock = clock
        self._pulled: dict[int, Pulled] = {}
        self._next_s: float | None = None

    def begin(self, burst_id: int, buffer: Pulled) -> None:
        if burst_id in self._pulled:
            self._drop(burst_id)
        self._pulled[burst_id] = buffer
        if self._next_s is None:
            self._next_s = asyncio.get_running_loop().time()
            self._pull()

    def play(self, burst_id: int, slot: Slot) -> None:
        """Play this for 20 ms. May raise OSError."""
        raise NotImplementedError

    def over(self, burst_id: int) -> None:
        """Nothing more comes of this burst. May raise OSError."""

    def close(self) -> None:
        """Nothing is heard any further: what is under way is over."""
        for burst_id in list(self._pulled):
            self._drop(burst_id)

    def _pull(self) -> None:
        now_us = self._clock.monotonic_us()
        for burst_id, buffer in list(self._pulled.items()):
            slot = buffer.next_frame(now_us)
            if slot.play is Play.OVER:
                self._drop(burst_id)
                continue
            try:
                self.play(burst_id, slot)
            except OSError as error:
                _log.error("burst %d is heard no further: %s", burst_id, error)
                self._drop(burst_id)
        if not self._pulled or self._next_s is None:
            self._next_s = None
            return
        loop = asyncio.get_running_loop()
        # what was missed is not made good: its time has passed
        self._next_s = max(self._next_s + FRAME_US / 1e6, loop.time())
        loop.call_at(self._next_s, self._pull)

    def _drop(self, burst_id: int) -> None:
        del self._pulled[burst_id]
        try:
            self.over(burst_id)
        except OSError as error:
            _log.error("the end of burst %d is lost: %s", burst_id, error)


class FileSpeaker(PacedSpeaker):
    """Writes each burst as ``<burst id>.wav`` (48 kHz, mono) into a folder, as it would sound, also where it is silent.

    A burst that goes on after the line was away has further files: ``<burst id>-2.wav`` and so on. A spoken message is
    ``spoken-1.wav``, the next ``spoken-2.wav``.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(clock)
        self._folder = folder
        self._open: dict[int, tuple[Sound, BinaryIO, wave.Wave_write]] = {}

    def play(self, burst_id: int, slot: Slot) -> None:
        if burst_id not in self._open:
            file = self._free_path(burst_id).open("wb")  # by itself: a wave writer that cannot open is not closed well
            written = wave.open(file, "wb")  # noqa: SIM115 closed by over()
            written.setnchannels(1)
            written.setsampwidth(2)
            written.setframerate(DECODE_RATE_HZ)
            self._open[burst_id] = (Sound(), file, written)
        sound, _, written = self._open[burst_id]
        written.writeframes(sound.render(slot).tobytes())

    def over(self, burst_id: int) -> None:
        if burst_id in self._open:
            _, file, written = self._open.pop(burst_id)
            with file:
                written.close()

    def _free_path(self, burst_id: int) -> Path:
        name = str(burst_id) if burst_id >= 0 else f"spoken-{-burst_id}"
        path, part = self._folder / f"{name}.wav", 1
        while path.exists():
            part += 1
            path = self._folder / f"{name}-{part}.wav"
        return path


class NullMicrophone:
    """Has nothing to say."""

    def next_frame(self) -> bytes | None:
        return None


class FrameMicrophone:
    """Gives frames that were coded before."""

    def __init__(self, frames: list[bytes]) -> None:
        self._frames = iter(frames)

    def next_frame(self) -> bytes | None:
        return next(self._frames, None)


def speech_from_wav(path: Path) -> list[bytes]:
    """The Opus frames of a WAV file (16 kHz, mono, 16 bit); the rest of the last frame is silence.

    Raises ValueError naming a file of another form.
    """
    with wave.open(str(path), "rb") as file:
        form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        if form != (ENCODE_RATE_HZ, 1, 2):
            raise ValueError(f"{path} has {form[0]} Hz, {form[1]} channels, {8 * form[2]} bit: use 16000 Hz, 1, 16 bit")
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    padded = np.zeros(-(-samples.size // ENCODE_SAMPLES) * ENCODE_SAMPLES, dtype=np.int16)
    padded[: samples.size] = samples
    return Encoder().encode(padded)
