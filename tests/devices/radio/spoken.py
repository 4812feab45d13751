"""Real speech for tests, made by espeak-ng."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from functools import cache

import numpy as np
import pytest
from scipy.signal import resample_poly

from devices.radio.opus import ENCODE_RATE_HZ, ENCODE_SAMPLES, Samples

WORDS = "All venues, this is the police room. A six year old girl in a red coat is missing near the east gate."


@cache
def speech(words: str = WORDS, voice: str = "en") -> Samples:
    """``words`` (about 6 s) at 16 kHz, in whole frames. Skips the test where espeak-ng is missing."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is missing")
    sound = subprocess.run([program, "-v", voice, "--stdout", words], capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(sound)) as file:
        rate_hz = file.getframerate()
        samples = np.frombuffer(file.readframes(-1), dtype=np.int16).astype(np.float64)
    resampled: Samples = resample_poly(samples, ENCODE_RATE_HZ, rate_hz).clip(-32768, 32767).astype(np.int16)
    return resampled[: resampled.size // ENCODE_SAMPLES * ENCODE_SAMPLES]
