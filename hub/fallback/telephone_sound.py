"""A spoken message as a telephone carries it: a WAV file of 8 kHz, with time to press the key at its end."""

from __future__ import annotations

import io
import wave

import av
import numpy as np

from devices.radio.opus import ENCODE_RATE_HZ
from hub.speech.sound import Spoken

TELEPHONE_RATE_HZ = 8_000
_LEAD_S = 0.5
"""Somebody who picks up brings the telephone to the ear."""


def telephone_wav(spoken: Spoken, silence_s: float) -> bytes:
    """Blocking: call it in a thread."""
    resampler = av.AudioResampler("s16", "mono", TELEPHONE_RATE_HZ)
    frame = av.AudioFrame.from_ndarray(spoken.pcm.reshape(1, -1), "s16", "mono")
    frame.sample_rate = ENCODE_RATE_HZ
    parts = [part.to_ndarray().reshape(-1) for given in (frame, None) for part in resampler.resample(given)]
    lead, silence = (np.zeros(round(seconds * TELEPHONE_RATE_HZ), np.int16) for seconds in (_LEAD_S, silence_s))
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(TELEPHONE_RATE_HZ)
        written.writeframes(np.concatenate([lead, *parts, silence]).astype("<i2").tobytes())
    return file.getvalue()
