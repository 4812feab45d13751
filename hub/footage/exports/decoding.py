"""The pictures of a clip decoded, each with when it was taken."""

from __future__ import annotations

from collections.abc import Iterator

import av
from av.codec.context import ThreadType

from hub.footage.coded import CodedPicture, Form
from hub.footage.exports.clip import Clip, Records
from hub.footage.sources.decoding import DECODERS, decoder_of

_THREADS = 2


class Decoding:
    """Decodes one clip's records; a camera that sends another form in between gets another decoder."""

    def __init__(self, clip: Clip, records: Records) -> None:
        self.not_decoded = 0
        """Pictures within the clip that a broken recording left unreadable."""
        self.breaks = 0
        """Pictures within the clip before which something is missing."""
        self._clip = clip
        self._records = records
        self._taken_us: dict[int, int] = {}
        self._fed = 0

    def frames(self) -> Iterator[tuple[av.VideoFrame, int]]:
        """Every picture taken from ``from_us`` to before ``until_us``, in the order of showing."""
        decoder: av.VideoCodecContext | None = None
        for record in self._records:
            if isinstance(record, Form):
                yield from self._decoded(decoder, None)
                decoder = _decoder(record)
            elif decoder is not None and record.wall_us < self._clip.until_us + _REORDERED_US:
                yield from self._decoded(decoder, record)
        yield from self._decoded(decoder, None)

    def _decoded(
        self, decoder: av.VideoCodecContext | None, picture: CodedPicture | None
    ) -> Iterator[tuple[av.VideoFrame, int]]:
        """What ``picture`` completes; None: the rest."""
        if decoder is None:
            return
        packet = None
        if picture is not None:
            packet = av.Packet(picture.data)
            packet.pts = packet.dts = self._fed
            self.breaks += picture.broken and self._is_within(picture.wall_us)
            self._taken_us[self._fed] = picture.wall_us
            self._fed += 1
        try:
            frames = decoder.decode(packet)
        except av.error.FFmpegError:
            self.not_decoded += picture is not None and self._is_within(picture.wall_us)
            return
        for frame in frames:
            taken_us = self._taken_us.pop(frame.pts, None) if frame.pts is not None else None
            if taken_us is not None and self._is_within(taken_us):
                yield frame, taken_us
        for old in [number for number in self._taken_us if number < self._fed - _KEPT]:
            del self._taken_us[old]

    def _is_within(self, at_us: int) -> bool:
        return self._clip.from_us <= at_us < self._clip.until_us


_REORDERED_US = 1_000_000
"""How much later than the last picture shown one may be that it needs."""
_KEPT = 64
"""Pictures whose times are known while they are in the decoder; more than it holds."""


def _decoder(form: Form) -> av.VideoCodecContext | None:
    if form.coding not in DECODERS:
        return None
    decoder = decoder_of(form.coding)
    decoder.thread_count = _THREADS
    decoder.thread_type = ThreadType.FRAME
    return decoder
