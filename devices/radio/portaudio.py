"""PortAudio, through sounddevice: one microphone or loudspeaker of this machine, found by name.

PortAudio itself is loaded with the first line, so that programs without a sound card need none.
"""

from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Callable, Sequence
from enum import StrEnum
from threading import Thread
from typing import Any

import numpy.typing as npt

from devices.protocol.clock import Clock

FRAMES_A_SECOND = 50
"""Blocks are of 20 ms, as Opus frames are."""
CLOSED_WITHIN_S = 2.0
STILL_AFTER_US = 2_000_000
"""A device that asks for nothing for so long is gone, whatever PortAudio says of it."""
DEFAULT = "default"
"""The name of the device that the system has chosen."""

Block = npt.NDArray[Any]
"""20 ms, int16, samples by 1 channel."""


class Direction(StrEnum):
    """Which way sound goes."""

    INPUT = "input"
    OUTPUT = "output"


class PortAudioMissing(Exception):
    """PortAudio is not on this machine; says what to install."""


class PortAudioHung(Exception):
    """PortAudio does not come back from closing a device: it is of no more use to this program."""


class DeviceLost(Exception):
    """A microphone or loudspeaker is not there, or does not open; says which, and which there are."""


def load() -> Any:
    """The sounddevice module. Raises PortAudioMissing."""
    # raw hardware often has neither this rate nor one channel: let ALSA convert
    os.environ.setdefault("PA_ALSA_PLUGHW", "1")
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise PortAudioMissing(
            "没有声音程序库，请安装：apt-get install libportaudio2，再安装 Python 包 sounddevice / "
            "no PortAudio: install Debian's libportaudio2 (apt-get install libportaudio2) "
            f"and the Python package sounddevice ({error})"
        ) from None
    return sounddevice


def look_again() -> None:
    """Let PortAudio see devices that came or went since it was loaded. All lines of this program must be closed.

    Raises PortAudioMissing, DeviceLost.
    """
    sounddevice = load()
    try:
        while sounddevice._initialized:  # none where it failed before
            sounddevice._terminate()  # it has no public name for it
        sounddevice._initialize()
    except sounddevice.PortAudioError as error:
        raise DeviceLost(f"声音程序库不可用 PortAudio does not start: {error}") from None


class Line:
    """One open device. ``take(block)`` is called by PortAudio's thread each 20 ms, to read the block or to fill it."""

    def __init__(
        self, direction: Direction, device: str, rates_hz: Sequence[int], take: Callable[[Block], None], clock: Clock
    ) -> None:
        """Opens it at the first rate that it has. Raises PortAudioMissing, DeviceLost."""
        self.glitches = 0
        """Blocks that came too late, by what PortAudio says."""
        self._take = take
        self._clock = clock
        self._asked_us = clock.monotonic_us()
        self._stream, self.rate_hz = self._open(load(), direction, device, rates_hz)

    def _open(self, sounddevice: Any, direction: Direction, device: str, rates_hz: Sequence[int]) -> tuple[Any, int]:
        is_input = direction is Direction.INPUT
        kind = sounddevice.InputStream if is_input else sounddevice.OutputStream
        refusals: list[str] = []
        stream: Any = None
        for rate_hz in rates_hz:
            try:
                stream = kind(
                    samplerate=rate_hz,
                    blocksize=rate_hz // FRAMES_A_SECOND,
                    device=None if device == DEFAULT else device,
                    channels=1,
                    dtype="int16",
                    latency="low",
                    callback=self._called,
                )
                stream.start()
            except (sounddevice.PortAudioError, ValueError) as error:
                refusals.append(f"{rate_hz} Hz: {error}")
                if stream is not None:
                    stream.close()
                    stream = None
            else:
                return stream, rate_hz
        names = ", ".join(repr(one) for one in _names(sounddevice, is_input)) or "-"
        what = "话筒不可用 no such microphone" if is_input else "扬声器不可用 no such loudspeaker"
        raise DeviceLost(f"{what}: {device!r} ({'; '.join(refusals)}); 现有 there are: {names}")

    @property
    def is_alive(self) -> bool:
        """Whether the device still takes or gives sound."""
        return bool(self._stream.active) and self._clock.monotonic_us() - self._asked_us < STILL_AFTER_US

    def close(self) -> None:
        """Let the device go. Raises PortAudioHung.

        So it is with a JACK server that was killed: PortAudio waits for its last block for minutes.
        """
        closing = Thread(target=self._close, daemon=True)
        closing.start()
        closing.join(CLOSED_WITHIN_S)
        if closing.is_alive():
            atexit.unregister(load()._exit_handler)  # it would wait too
            raise PortAudioHung

    def _close(self) -> None:
        with contextlib.suppress(load().PortAudioError):  # a device that is gone says so once more
            self._stream.close()

    def _called(self, block: Block, _frames: int, _time: Any, status: Any) -> None:
        self._asked_us = self._clock.monotonic_us()
        if status:
            self.glitches += 1
        self._take(block)


def _names(sounddevice: Any, is_input: bool) -> list[str]:
    """The devices of one direction."""
    channels = "max_input_channels" if is_input else "max_output_channels"
    return [one["name"] for one in sounddevice.query_devices() if one[channels]]
