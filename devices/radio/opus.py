"""Opus at a radio: 20 ms frames of one channel, coded from 16 kHz, decoded to 48 kHz, what is missing made up."""

from __future__ import annotations

import logging
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

from devices.radio.libopus import DECODE_RATE_HZ, DECODE_SAMPLES, NativeDecoder, OpusError, OpusMissing

_log = logging.getLogger(__name__)
ENCODE_RATE_HZ = 16_000
ENCODE_SAMPLES = 320
BIT_RATE = 20_000
"""Bits a second: wideband speech (RFC 7587, section 3.1.1 recommends 16 to 20 kbit/s)."""

SILENT_FRAME = b"\x48"
"""A frame without sound: only the table-of-contents byte for wideband, 20 ms, mono (RFC 6716, section 3.1)."""

Samples = npt.NDArray[np.int16]


class Encoder:
    """Codes one burst."""

    def __init__(self) -> None:
        context = av.CodecContext.create("libopus", "w")
        context.sample_rate = ENCODE_RATE_HZ
        context.layout = "mono"
        context.format = "s16"
        context.bit_rate = BIT_RATE
        context.time_base = Fraction(1, ENCODE_RATE_HZ)
        context.options = {"application": "voip", "frame_duration": "20"}
        self._context = context
        self._at = 0

    def encode(self, samples: Samples) -> list[bytes]:
        """The frames of ``samples`` (any whole number of 320, at 16 kHz). Raises ValueError for other lengths."""
        if samples.ndim != 1 or samples.size % ENCODE_SAMPLES:
            raise ValueError(f"{samples.shape} samples; frames have {ENCODE_SAMPLES}")
        frames = []
        for start in range(0, samples.size, ENCODE_SAMPLES):
            block = np.ascontiguousarray(samples[start : start + ENCODE_SAMPLES], dtype=np.int16)
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = ENCODE_RATE_HZ
            frame.time_base = Fraction(1, ENCODE_RATE_HZ)
            frame.pts = self._at
            self._at += ENCODE_SAMPLES
            frames += [bytes(packet) for packet in self._context.encode(frame)]
        return frames


class Decoder:
    """Decodes one burst. Without a libopus that can be called (logged) missing frames are heard as silence."""

    def __init__(self) -> None:
        self.undecodable = 0
        """Frames that were not Opus: heard as missing ones."""
        self.silenced = 0
        """Missing frames that could not be made up."""
        self._native: NativeDecoder | None = None
        self._context: av.AudioCodecContext | None = None
        try:
            self._native = NativeDecoder()
        except OpusMissing as error:
            _log.warning("missing voice is heard as silence: %s", error)
            self._context = av.CodecContext.create("libopus", "r")
            self._context.sample_rate = DECODE_RATE_HZ
            self._context.layout = "mono"

    def decode(self, frame: bytes) -> Samples:
        """The 960 samples at 48 kHz of a frame; of one that is not Opus (counted) those of a missing one."""
        try:
            if self._native is not None:
                return np.frombuffer(self._native.decode(frame), dtype=np.int16)
            return self._decode_with_av(frame)
        except (OpusError, av.FFmpegError):
            self.undecodable += 1
            return self.conceal()

    def conceal(self, following: bytes = b"") -> Samples:
        """The 960 samples of a missing frame; ``following`` is the one after it, which may carry a copy."""
        if self._native is not None:
            try:
                return np.frombuffer(self._native.conceal(following), dtype=np.int16)
            except OpusError:
                return self.conceal() if following else self._silence()
        return self._silence()

    def _silence(self) -> Samples:
        self.silenced += 1
        return np.zeros(DECODE_SAMPLES, dtype=np.int16)

    def _decode_with_av(self, frame: bytes) -> Samples:
        samples = np.zeros(DECODE_SAMPLES, dtype=np.int16)
        if len(frame) > 1 and self._context is not None:  # PyAV takes no frame without sound
            pieces = [decoded.to_ndarray().reshape(-1) for decoded in self._context.decode(av.Packet(frame))]
            sound = np.concatenate([np.zeros(0, dtype=np.int16), *pieces])[:DECODE_SAMPLES]
            samples[: sound.size] = sound
        return samples
