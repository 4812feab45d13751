"""A clip whose pictures are copied as the camera coded them, from the key picture at or before its beginning."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from pathlib import Path

import av

from hub.footage.coded import CodedPicture, Coding, Form
from hub.footage.exports.clip import TIME_BASE, Clip, Made, NoClip, Records, Tell, nothing_recorded, open_file, ticks
from hub.footage.exports.pacing import Pacing

_CODECS = {Coding.H264: "h264", Coding.H265: "hevc", Coding.MJPEG: "mjpeg"}
_REORDERED = 16
"""The most pictures that a decoder holds back (ITU-T H.264, A.3.1: max_dec_frame_buffering)."""
_REORDERED_S = 1.0
_USUAL_RATE = 25.0


def copy_clip(clip: Clip, records: Records, file: Path, tell: Tell) -> Made:
    """Write ``file``; ``records`` begin with a key picture. Raises NoClip, OSError."""
    source = _Source(clip, records)
    pictures = shown_us = 0
    stream: av.VideoStream | None = None
    with open_file(file) as container:
        for picture, shown_us, decoded_us in _decoding_times(source.pictures()):
            if stream is None:
                stream = _stream(container, source.only_form, picture)
            packet = av.Packet(picture.data)
            packet.stream, packet.time_base = stream, TIME_BASE
            packet.pts, packet.dts = ticks(shown_us), ticks(decoded_us)
            packet.duration = ticks(round(1e6 / (source.only_form.frames_per_s or _USUAL_RATE)))
            packet.is_keyframe = picture.key
            container.mux(packet)
            pictures += 1
            tell((picture.wall_us - clip.from_us) / (clip.until_us - clip.from_us))
    if not pictures:
        raise nothing_recorded()
    source.pacing.end()
    return Made(
        first_us=source.first_us,
        last_us=source.last_us,
        pictures=pictures,
        not_decoded=0,
        breaks=source.breaks,
        duration_s=shown_us / 1e6,
        width_px=source.only_form.width_px,
        height_px=source.only_form.height_px,
        gaps=tuple(source.pacing.gaps),
    )


class _Source:
    """The pictures of a clip with when each is shown, all of one form."""

    def __init__(self, clip: Clip, records: Records) -> None:
        self.first_us = self.last_us = clip.from_us
        self._clip = clip
        self._records = records
        self._form: Form | None = None
        self._pictures = 0
        self.breaks = 0
        self.pacing = Pacing(clip.from_us, clip.until_us, _REORDERED_S)

    @property
    def only_form(self) -> Form:
        """The one that all pictures have. Raises NoClip before the first record."""
        if self._form is None:
            raise nothing_recorded()
        return self._form

    def pictures(self) -> Iterator[tuple[CodedPicture, int]]:
        """Each with when it is shown. Raises NoClip where the camera sent another form."""
        for record in self._records:
            if isinstance(record, Form):
                self._take(record)
            elif record.wall_us < self._clip.until_us:
                if self._pictures == 0:
                    self.first_us = self.last_us = record.wall_us
                self._pictures += 1
                self.breaks += record.broken and self._pictures > 1
                self.pacing.gap_before(record.wall_us)
                yield record, self.pacing.shown_us(record.wall_us)
                self.first_us, self.last_us = min(self.first_us, record.wall_us), max(self.last_us, record.wall_us)

    def _take(self, form: Form) -> None:
        known = self._form
        if known is not None and _look(known) != _look(form):
            raise NoClip(
                "another_form",
                "这段时间里摄像头换了画面尺寸或编码：请选“精确”剪辑",
                "the camera changed its picture size or coding within that time: take an exact cut",
            )
        if form.coding not in _CODECS:
            raise NoClip(
                "not_copied",
                "这种编码的画面不能原样剪辑：请选“精确”剪辑",
                "pictures coded so cannot be copied: take an exact cut",
            )
        self._form = form


def _look(form: Form) -> tuple[Coding, int, int]:
    return form.coding, form.width_px, form.height_px


def _decoding_times(pictures: Iterable[tuple[CodedPicture, int]]) -> Iterator[tuple[CodedPicture, int, int]]:
    """Each picture with when it is shown and when it is decoded: growing, and never after it is shown.

    The n-th to be decoded gets the n-th time of showing, all moved back as far as the first pictures need.
    """
    waiting: deque[tuple[CodedPicture, int]] = deque()
    times: list[int] = []
    back_us: int | None = None
    last_us = -1

    def decoded() -> Iterator[tuple[CodedPicture, int, int]]:
        nonlocal back_us, last_us
        if back_us is None:
            back_us = max(time - shown for time, (_, shown) in zip(sorted(times), waiting, strict=True))
        picture, shown_us = waiting.popleft()
        at_us = min(heappop(times) - back_us, shown_us)
        last_us = at_us if last_us == -1 else max(at_us, last_us + 100)
        yield picture, max(shown_us, last_us), last_us

    for one in pictures:
        waiting.append(one)
        heappush(times, one[1])
        if len(waiting) > _REORDERED:
            yield from decoded()
    while waiting:
        yield from decoded()


@contextmanager
def _known_by(form: Form, first: CodedPicture) -> Iterator[av.VideoStream]:
    """A stream that knows what the first picture says of the coding."""
    try:
        with av.open(io.BytesIO(first.data), format=_CODECS[form.coding]) as container:
            yield container.streams.video[0]
    except av.error.FFmpegError:
        raise nothing_recorded() from None


def _stream(container: av.container.OutputContainer, form: Form, first: CodedPicture) -> av.VideoStream:
    with _known_by(form, first) as known:
        stream: av.VideoStream = container.add_stream_from_template(known)
    stream.time_base = TIME_BASE
    if form.coding is Coding.H265:
        stream.codec_context.codec_tag = "hvc1"
    return stream
