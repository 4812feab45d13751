"""A short burst of speech-like sound: syllables of voiced vowels, synthesised and coded once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from devices.radio.opus import ENCODE_RATE_HZ, ENCODE_SAMPLES, Encoder

SYLLABLE_S = 0.2
_PITCH_HZ = 130.0
_VOWEL_FORMANTS_HZ = ((730.0, 1090.0, 2440.0), (270.0, 2290.0, 3010.0), (300.0, 870.0, 2240.0))
"""The first three formants of a man's a, i and u (Peterson and Barney, 1952, table II)."""
_BANDWIDTH_HZ = 90.0


def syllables(count: int) -> npt.NDArray[np.int16]:
    """``count`` syllables of 0.2 s at 16 kHz: harmonics of a falling pitch, weighed by the vowel's formants."""
    time_s = np.arange(round(SYLLABLE_S * ENCODE_RATE_HZ)) / ENCODE_RATE_HZ
    swell = np.sin(np.pi * time_s / SYLLABLE_S) ** 0.5
    pitch_hz = _PITCH_HZ * (1.1 - 0.2 * time_s / SYLLABLE_S)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / ENCODE_RATE_HZ
    pieces = []
    for index in range(count):
        formants_hz = _VOWEL_FORMANTS_HZ[index % len(_VOWEL_FORMANTS_HZ)]
        sound = np.zeros_like(time_s)
        for harmonic in range(1, 30):
            distance = np.array([(harmonic * _PITCH_HZ - formant) / _BANDWIDTH_HZ for formant in formants_hz])
            sound += np.sin(harmonic * phase) * float(np.sum(1.0 / (1.0 + distance**2)))
        pieces.append(sound / np.abs(sound).max() * swell)
    return (np.concatenate(pieces) * 12_000).astype(np.int16)


def reply_frames() -> list[bytes]:
    """A guard's reply of 1.2 s as Opus frames."""
    samples = syllables(6)
    return Encoder().encode(samples[: samples.size // ENCODE_SAMPLES * ENCODE_SAMPLES])
