"""Sound of any form as PCM of 16 kHz, as Opus packets of calls, as an Ogg Opus file. Blocking: call it in a thread."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, groupby

import av
import numpy as np

from devices.radio.opus import ENCODE_RATE_HZ, ENCODE_SAMPLES, Encoder, Samples
from hub.talk.recording.ogg import OggOpus

FORMS = ("wav", "ogg", "matroska", "webm", "mov", "mp4", "m4a", "3gp", "mp3", "flac", "aac", "amr", "aiff")
"""What is read: files that hold their sound, and no playlist that names other files or addresses."""


class NoSound(ValueError):
    """What was given is no sound that can be read; says why."""


class TooLong(ValueError):
    """It plays longer than it may."""


@dataclass(frozen=True)
class Spoken:
    """A spoken message, whole."""

    pcm: Samples = field(repr=False)
    """16 kHz, one channel, a whole number of 20 ms."""

    @property
    def duration_s(self) -> float:
        """How long it plays."""
        return self.pcm.size / ENCODE_RATE_HZ

    @cached_property
    def packets(self) -> tuple[bytes, ...]:
        """Opus packets of 20 ms as calls have them (devices/radio/opus.py); coded when first asked for, 1 ms each."""
        return tuple(Encoder().encode(self.pcm))

    @cached_property
    def ogg(self) -> bytes:
        """The same packets as an Ogg Opus file; the same sound is the same file."""
        stream = OggOpus(zlib.crc32(self.pcm.tobytes()))
        return stream.head(()) + stream.last_pages(self.packets)


def read_sound(data: bytes, most_s: float) -> Spoken:
    """The first audio stream of a file in one of FORMS. Raises NoSound, TooLong.

    Decoding ends where it is too long, however long the file says that it is.
    """
    most = round(most_s * ENCODE_RATE_HZ)
    blocks: list[Samples] = []
    size = 0
    try:
        limits = {"format_whitelist": ",".join(FORMS), "protocol_whitelist": "none"}
        with av.open(io.BytesIO(data), "r", options=limits, metadata_errors="ignore") as file:
            if not file.streams.audio:
                raise NoSound("there is no sound in it")
            for block in _resampled(file.decode(file.streams.audio[0])):
                blocks.append(block)
                size += block.size
                if size > most:
                    raise TooLong(f"longer than {most_s:g} s")
    except (av.FFmpegError, UnicodeDecodeError) as error:
        raise NoSound(str(error)) from None
    samples = np.concatenate([*blocks, np.zeros(0, dtype=np.int16)])
    if not samples.size:
        raise NoSound("there is no sound in it")
    padded = np.zeros(-(-samples.size // ENCODE_SAMPLES) * ENCODE_SAMPLES, dtype=np.int16)
    padded[: samples.size] = samples
    return Spoken(padded)


def _resampled(frames: Iterable[av.AudioFrame]) -> Iterator[Samples]:
    """The form may change in the middle: files of MP3 or AAC are often several, one after the other."""
    for _, alike in groupby(frames, lambda frame: (frame.format.name, frame.layout.name, frame.sample_rate)):
        resampler = av.AudioResampler("s16", "mono", ENCODE_RATE_HZ)
        for frame in chain(alike, (None,)):
            yield from map(_flat, resampler.resample(frame))


def _flat(part: av.AudioFrame) -> Samples:
    return part.to_ndarray().reshape(-1).astype(np.int16, copy=False)
