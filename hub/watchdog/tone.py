"""The alarm's tone: a WAV file made here, played by whatever player the machine has."""

from __future__ import annotations

import array
import io
import math
import shutil
import subprocess
import tempfile
import wave
from typing import IO

RATE_HZ = 16_000
_TONES = ((960.0, 0.3), (770.0, 0.3), (960.0, 0.3))
"""Frequency (Hz) and length (s), one after the other: two tones in turn carry through a room's noise."""
_LOUDNESS = 0.6
_PLAYERS = (("aplay", "-q"), ("paplay",))
GIVE_UP_AFTER = 3


def wav() -> bytes:
    """The tone, 16 bit mono."""
    samples = array.array("h")
    for frequency_hz, length_s in _TONES:
        for n in range(round(length_s * RATE_HZ)):
            samples.append(round(_LOUDNESS * 32767 * math.sin(2 * math.pi * frequency_hz * n / RATE_HZ)))
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return made.getvalue()


class Tone:
    """Plays the tone, one at a time; a player that fails GIVE_UP_AFTER times in a row is not asked again."""

    def __init__(self) -> None:
        self._command = next(([path, *options] for name, *options in _PLAYERS if (path := shutil.which(name))), None)
        self._file: IO[bytes] | None = None
        self._playing: subprocess.Popen[bytes] | None = None
        self._failures = 0

    def play(self) -> None:
        """Begin the tone unless it sounds."""
        if self._playing is not None:
            code = self._playing.poll()
            if code is None:
                return
            self._failures = self._failures + 1 if code else 0
        if self._command is None or self._failures >= GIVE_UP_AFTER:
            return
        if self._file is None:
            self._file = tempfile.NamedTemporaryFile(suffix=".wav")  # noqa: SIM115 it lives as long as this
            self._file.write(wav())
            self._file.flush()
        try:
            self._playing = subprocess.Popen(
                [*self._command, self._file.name],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            self._failures += 1

    def stop(self) -> None:
        """Fall silent."""
        if self._playing is not None:
            self._playing.kill()
            self._playing.wait()
            self._playing = None
        if self._file is not None:
            self._file.close()
            self._file = None
        self._failures = 0
