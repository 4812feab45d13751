"""What is said on the air and in the group, and what receivers add."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, lfilter

from devices.radio.opus import Samples
from tests.devices.radio.spoken import speech

BLOCK = 320


def call() -> Samples:
    """6 s in English."""
    return speech()


def answer() -> Samples:
    """6 s in Chinese, another voice."""
    return speech("东门收到，没有看到孩子，正在查看停车场。", "cmn+f2")


def short_answer() -> Samples:
    """2 s."""
    return speech("East gate here, not seen.", "en+f3")


def word() -> Samples:
    """Less than a second: too short to be known again by its sound."""
    return speech("Yes.")


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * 50) * BLOCK, dtype=np.int16)


def noise(seconds: float, rms: float, kind: str = "white", seed: int = 1) -> Samples:
    """A receiver's: white, lowered by 6 dB an octave (as FM receivers do), or cut to the speech band."""
    sound = np.random.default_rng(seed).normal(0, 1, round(seconds * 50) * BLOCK)
    if kind == "lowered":
        sound = lfilter(*butter(1, 300 / 8000), sound)
    elif kind == "band":
        sound = lfilter(*butter(4, [300 / 8000, 3000 / 8000], "band"), sound)
    return np.clip(sound * rms / np.sqrt(np.mean(sound**2)), -32768, 32767).astype(np.int16)


def blocks(sound: Samples) -> list[Samples]:
    return list(sound.reshape(-1, BLOCK))
