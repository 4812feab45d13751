"""The doors to a radio's loudspeaker and microphone, with stand-ins that use files or nothing."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Protocol

import numpy as np

from devices.radio.jitter import Frames
from devices.radio.opus import DECODE_RATE_HZ, ENCODE_RATE_HZ, ENCODE_SAMPLES, Decoder, Encoder


class Speaker(Protocol):
    """Plays what a radio hears, burst by burst."""

    def play(self, burst_id: int, frames: Frames) -> None:
        """Play these 20 ms frames next; must return at once."""
        ...

    def end(self, burst_id: int) -> None:
        """Nothing more comes of this burst."""
        ...


class Microphone(Protocol):
    """Gives coded speech."""

    def next_frame(self) -> bytes | None:
        """The next 20 ms as one Opus frame; None when there is no more."""
        ...


class NullSpeaker:
    """Counts the frames and plays nothing."""

    def __init__(self) -> None:
        self.frames = 0

    def play(self, burst_id: int, frames: Frames) -> None:
        self.frames += len(frames)

    def end(self, burst_id: int) -> None:
        return


class FileSpeaker:
    """Writes each burst as ``<burst id>.wav`` (48 kHz, mono) into a folder, for listening and for tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[int, tuple[Decoder, wave.Wave_write]] = {}

    def play(self, burst_id: int, frames: Frames) -> None:
        if burst_id not in self._open:
            file = wave.open(str(self._folder / f"{burst_id}.wav"), "wb")  # noqa: SIM115 closed by end()
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(DECODE_RATE_HZ)
            self._open[burst_id] = (Decoder(), file)
        decoder, file = self._open[burst_id]
        for frame in frames:
            file.writeframes(decoder.decode(frame).tobytes())

    def end(self, burst_id: int) -> None:
        if burst_id in self._open:
            _, file = self._open.pop(burst_id)
            file.close()


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
