"""Opus as a radio codes and plays it."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from devices.radio.libopus import DECODE_SAMPLES
from devices.radio.opus import ENCODE_SAMPLES, SILENT_FRAME, Decoder, Encoder
from devices.radio.sound import speech_from_wav


def tone(frames: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    time_s = np.arange(frames * ENCODE_SAMPLES) / 16_000
    return (8000 * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16)


def test_tone_is_heard_at_its_pitch() -> None:
    decoder = Decoder()
    frames = Encoder().encode(tone(50))
    assert len(frames) == 50
    sound = np.concatenate([decoder.decode(frame) for frame in frames])[DECODE_SAMPLES * 5 :]
    peak_hz = np.argmax(np.abs(np.fft.rfft(sound))) * 48_000 / sound.size
    assert peak_hz == pytest.approx(440, abs=5)
    assert sound.std() == pytest.approx(8000 / np.sqrt(2), rel=0.15)


def test_missing_silent_and_broken_frames_give_20_ms() -> None:
    decoder = Decoder()
    for samples in (decoder.conceal(), decoder.decode(SILENT_FRAME), decoder.decode(b"\xff\xff\xff")):
        assert samples.shape == (DECODE_SAMPLES,)
        assert not samples.any()
    assert decoder.undecodable == 1


def test_samples_that_are_no_whole_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="320"):
        Encoder().encode(np.zeros(321, dtype=np.int16))


def test_recorded_speech_is_coded_and_a_wrong_form_is_named(tmp_path: Path) -> None:
    for rate_hz in (16_000, 8_000):
        with wave.open(str(tmp_path / f"{rate_hz}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            file.writeframes(tone(3)[:-100].tobytes())
    assert len(speech_from_wav(tmp_path / "16000.wav")) == 3
    with pytest.raises(ValueError, match="8000 Hz"):
        speech_from_wav(tmp_path / "8000.wav")
