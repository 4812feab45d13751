"""Opus at a radio: 20 ms frames of one channel, coded from 16 kHz, decoded to 48 kHz, through PyAV's libopus."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

ENCODE_RATE_HZ = 16_000
ENCODE_SAMPLES = 320
DECODE_RATE_HZ = 48_000
"""Opus decoders work at 48 kHz whatever was coded (RFC 7845, section 5.1)."""
DECODE_SAMPLES = 960
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
    """Decodes one burst."""

    def __init__(self) -> None:
        context = av.CodecContext.create("libopus", "r")
        context.sample_rate = DECODE_RATE_HZ
        context.layout = "mono"
        self._context = context
        self.undecodable = 0

    def decode(self, frame: bytes | None) -> Samples:
        """The 960 samples at 48 kHz of a frame; silence for a missing one and for one that is not Opus (counted)."""
        pieces: list[Samples] = []
        if frame is not None and len(frame) > 1:
            try:
                for decoded in self._context.decode(av.Packet(frame)):
                    pieces.append(decoded.to_ndarray().reshape(-1).astype(np.int16))
            except av.FFmpegError:
                self.undecodable += 1
        samples = np.zeros(DECODE_SAMPLES, dtype=np.int16)
        if pieces:
            sound = np.concatenate(pieces)[:DECODE_SAMPLES]
            samples[: sound.size] = sound
        return samples
