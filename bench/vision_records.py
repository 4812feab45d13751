"""A film's coded pictures as the recorder's relay would give them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from devices.protocol.clock import SystemClock
from hub.footage import errors
from hub.footage.coded import StreamName, Word, encode
from hub.footage.sources.packets import PacketStream

BEGAN_US = 1_790_000_000_000_000
"""When the film was taken, as it were."""


@dataclass(frozen=True)
class Reel:
    """``records`` from the form to the ordinary end; ``step_us`` between two pictures."""

    records: bytes
    pictures: int
    step_us: int
    width_px: int
    height_px: int

    @property
    def video_s(self) -> float:
        return self.pictures * self.step_us / 1e6


def read_reel(film: Path, most_s: float | None = None) -> Reel:
    """All of it, or its first ``most_s`` without an end. Raises SourceError."""
    stream = PacketStream(str(film), "C01", StreamName.SUB, SystemClock(), started_at_us=BEGAN_US)
    parts: list[bytes] = []
    form = None
    for arrived in stream.pictures():
        if most_s is not None and arrived.picture.media_us >= most_s * 1e6:
            break
        if form is None:
            form = arrived.form
            parts.append(encode(form))
        parts.append(encode(arrived.picture))
    else:
        parts.append(encode(Word(code=errors.END, message="", message_en="")))
    step_us = round(1e6 / (stream.frames_per_s or 25.0))
    stream.close()
    if form is None:
        raise errors.NotVideo(f"{film} holds no picture", f"{film} 里没有画面")
    return Reel(b"".join(parts), len(parts) - (2 if most_s is None else 1), step_us, form.width_px, form.height_px)
