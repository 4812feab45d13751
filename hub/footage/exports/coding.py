"""A clip whose pictures are decoded, composed (composing.py) and coded anew as H.264, which plays everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av

from hub.footage.exports.clip import TIME_BASE, Clip, Made, Records, Tell, nothing_recorded, open_file, ticks
from hub.footage.exports.composing import Composer
from hub.footage.exports.decoding import Decoding
from hub.footage.exports.pacing import GAP_SHOWN_S, Gap, Pacing

CODER = {
    "preset": "veryfast",
    "crf": "22",
    "threads": "2",
    "g": "50",
    "x264-params": "subme=1:bframes=0:weightp=0",
}
"""x264's: half the work of its ``veryfast`` for a sixth more bytes (bench/footage_export.py)."""
_CARD_PICTURES = 5
_USUAL_RATE = 25
_FULL_RANGE = 2


def code_clip(clip: Clip, records: Records, file: Path, tell: Tell) -> Made:
    """Write ``file``; ``records`` begin with a key picture at or before its beginning. Raises NoClip, OSError."""
    decoding = Decoding(clip, records)
    coder: _Coder | None = None
    pacing = Pacing(clip.from_us, clip.until_us, reordered_s=0.0)
    first_us = last_us = clip.from_us
    pictures = 0
    try:
        for frame, taken_us in decoding.frames():
            if coder is None:
                coder, first_us = _Coder(clip, frame, file), taken_us
            gap = pacing.gap_before(taken_us)
            shown_us = pacing.shown_us(taken_us)
            if gap is not None and pictures:
                coder.add_card(gap, shown_us)
            coder.add(frame, taken_us, shown_us)
            pictures += 1
            last_us = max(last_us, taken_us)
            tell((taken_us - clip.from_us) / (clip.until_us - clip.from_us))
        if coder is not None:
            coder.finish()
    finally:
        if coder is not None:
            coder.close()
    if coder is None:
        raise nothing_recorded()
    pacing.end()
    return Made(
        first_us=first_us,
        last_us=last_us,
        pictures=pictures,
        not_decoded=decoding.not_decoded,
        breaks=decoding.breaks,
        duration_s=coder.shown_us / 1e6,
        width_px=coder.width_px,
        height_px=coder.height_px,
        gaps=tuple(pacing.gaps),
    )


class _Coder:
    """The file and its coder, in the size of the clip's first picture."""

    def __init__(self, clip: Clip, first: av.VideoFrame, file: Path) -> None:
        """Raises OSError."""
        self.shown_us = 0
        self._composer = Composer(clip, first)
        self.width_px, self.height_px = self._composer.width_px, self._composer.height_px
        self._frames = _in_turn(self._composer.blank(), self._composer.blank())
        self._container = open_file(file)
        stream: av.VideoStream = self._container.add_stream("libx264", rate=_USUAL_RATE, options=CODER)
        stream.width, stream.height, stream.pix_fmt = self.width_px, self.height_px, "yuv420p"
        stream.codec_context.time_base = TIME_BASE
        stream.codec_context.color_range = _FULL_RANGE if first.format.name == "yuvj420p" else first.color_range
        self._stream = stream

    def add(self, frame: av.VideoFrame, taken_us: int, shown_us: int) -> None:
        """One picture. Raises OSError."""
        composed = next(self._frames)
        self._composer.compose(composed, frame, taken_us)
        self._code(composed, shown_us)

    def add_card(self, gap: Gap, until_us: int) -> None:
        """What names a gap, until the picture after it is shown. Raises OSError."""
        began_us = until_us - round(GAP_SHOWN_S * 1e6)
        for number in range(1, _CARD_PICTURES):
            composed = next(self._frames)
            self._composer.card(composed, gap)
            self._code(composed, began_us + (until_us - began_us) * number // _CARD_PICTURES)

    def _code(self, frame: av.VideoFrame, shown_us: int) -> None:
        self.shown_us = shown_us
        frame.pts, frame.time_base = ticks(shown_us), TIME_BASE
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """What the coder holds back. Raises OSError."""
        self._container.mux(self._stream.encode(None))

    def close(self) -> None:
        """Write the file's head. Raises OSError."""
        self._container.close()


def _in_turn(*frames: av.VideoFrame) -> Iterator[av.VideoFrame]:
    """The coder copies a frame when it takes it (x264); two, so that none is changed while it is handed over."""
    while True:
        yield from frames
