"""What is spoken in ``qianshao bench mouth-to-ear``: Chinese sentences by espeak-ng, one after the other on a tape."""

from __future__ import annotations

import io
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly  # type: ignore[attr-defined]

from devices.radio.libopus import DECODE_RATE_HZ
from devices.radio.opus import ENCODE_RATE_HZ

RATE_HZ = DECODE_RATE_HZ
SENTENCES = (
    "收到，孩子在小学北门。",
    "六岁男孩走失，穿红色上衣。",
    "各场所请查看东门和停车场。",
)
WORDS_A_MINUTE = "230"
"""As a dispatcher in a hurry."""
LEAD_S = 1.7
"""Before the first sentence: the key is pressed meanwhile."""
PAUSE_S = 2.0
"""Between two sentences: the key goes up and down again."""
PRESSED_BEFORE_S = 0.9
RELEASED_AFTER_S = 0.5

_ESPEAK = ("espeak-ng", "-v", "cmn", "-s", WORDS_A_MINUTE, "--stdout")
Tape = npt.NDArray[np.int16]


class SpeechMissing(OSError):
    """There is no espeak-ng; says what to install."""


@dataclass(frozen=True)
class Spoken:
    """A tape at 48 kHz; each sentence lies at [begin, end), in samples."""

    tape: Tape
    sentences: tuple[tuple[int, int], ...]

    def save(self, path: Path) -> None:
        """As a WAV file, 48 kHz, mono, 16 bit: a browser's microphone."""
        _write(path, self.tape, RATE_HZ)

    def save_answer(self, path: Path) -> None:
        """The first sentence alone, as a WAV file, 16 kHz: a radio's microphone."""
        _write(path, _resampled(self.answer, RATE_HZ, ENCODE_RATE_HZ), ENCODE_RATE_HZ)

    @property
    def answer(self) -> Tape:
        """The first sentence, with the half second after it."""
        begin, end = self.sentences[0]
        return self.tape[begin : end + RATE_HZ // 2]


def speak(count: int) -> Spoken:
    """So many sentences with pauses around them. Raises SpeechMissing."""
    pieces: list[Tape] = [_silence(LEAD_S)]
    sentences, at = [], pieces[0].size
    said = [_say(words) for words in SENTENCES[:count]]
    for number in range(count):
        one = said[number % len(said)]
        sentences.append((at, at + one.size))
        pieces += [one, _silence(PAUSE_S)]
        at += one.size + pieces[-1].size
    return Spoken(np.concatenate(pieces), tuple(sentences))


def _write(path: Path, tape: Tape, rate_hz: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(tape.tobytes())


def _resampled(samples: Tape, from_hz: int, to_hz: int) -> Tape:
    found: Tape = resample_poly(samples.astype(np.float64), to_hz, from_hz).clip(-32768, 32767)
    return found.astype(np.int16)


def _silence(seconds: float) -> Tape:
    return np.zeros(round(seconds * RATE_HZ), dtype=np.int16)


def _say(words: str) -> Tape:
    try:
        said = subprocess.run([*_ESPEAK, words], capture_output=True, check=True).stdout
    except OSError:
        raise SpeechMissing("没有 espeak-ng，请安装 / no espeak-ng: apt-get install espeak-ng") from None
    with wave.open(io.BytesIO(said)) as file:
        rate_hz = file.getframerate()
        samples = np.frombuffer(file.readframes(-1), dtype=np.int16)
    loud = np.flatnonzero(np.abs(samples) > 300)
    return _resampled(samples[loud[0] : loud[-1] + 1], rate_hz, RATE_HZ)
