"""The one door to frames: cameras (rtsp, http), the recorder's relay, files and folders of pictures, all dated.

All calls block; use a thread per stream. Coded pictures, as the recorder takes them, are had from ``packets.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import av

from devices.protocol.clock import Clock
from hub.footage import errors
from hub.footage.errors import NotVideo, Unreadable
from hub.footage.sources.address import is_live as is_live
from hub.footage.sources.address import is_relay
from hub.footage.sources.dating import ArrivalDating, Dating, RecordedDating
from hub.footage.sources.folder import FolderStream
from hub.footage.sources.frame import CodedPixels, Frame
from hub.footage.sources.opening import Patience as Patience
from hub.footage.sources.opening import open_container
from hub.footage.sources.relay_stream import RelayStream

_BAD_IN_A_ROW = 50
"""A stream with more packets or frames that make no sense is given up; fewer are the scars of a bad line."""
_ALL_NEEDED = 3.0
"""With fewer frames than this for each one looked at, none is left out by the decoder."""


class Stream(Protocol):
    """Dated frames of one camera or recording."""

    @property
    def frames_per_s(self) -> float | None: ...

    @property
    def progress(self) -> float | None:
        """The share read so far, 0 to 1; None where the end is not known."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Every decoded frame in order of display. Raises SourceError."""
        ...

    def close(self) -> None: ...


def open_recording(
    url: str, *, started_at_us: int, patience: Patience | None = None, looks_per_s: float | None = None
) -> Stream:
    """A file, a folder of pictures or a recording on the network, dated from ``started_at_us``. Raises SourceError."""
    dating = RecordedDating(started_at_us)
    if not is_live(url):
        path = Path(url)
        if path.is_dir():
            return FolderStream(path, dating)
        if path.exists() and not path.is_file():  # a pipe would hold the thread for ever
            raise NotVideo(f"{url} is neither a file nor a folder", f"{url} 既不是文件也不是文件夹")
    return VideoStream(url, dating, patience or Patience(), looks_per_s)


def open_live(url: str, *, clock: Clock, patience: Patience | None = None, looks_per_s: float | None = None) -> Stream:
    """A camera's stream, dated by arrival; from the recorder's relay, as the recorder dated it. Raises SourceError."""
    if is_relay(url):
        return RelayStream(url, patience or Patience(), looks_per_s)
    return VideoStream(url, ArrivalDating(clock), patience or Patience(), looks_per_s)


class VideoStream:
    """Coded video, demuxed once."""

    def __init__(self, url: str, dating: Dating, patience: Patience, looks_per_s: float | None = None) -> None:
        """Open it. With ``looks_per_s`` the decoder may leave out frames that no other needs. Raises SourceError."""
        self._url = url
        self._dating = dating
        self._patience = patience
        self._first_pts: int | None = None
        self._media_us = -1
        self._read_us = 0
        self._bad_in_a_row = 0
        self._container = open_container(url, patience)
        self._video = self._container.streams.video[0]
        context = self._video.codec_context
        context.thread_count = 1
        rate = self.frames_per_s
        if looks_per_s and rate and rate > looks_per_s * _ALL_NEEDED:
            context.skip_frame = "NONREF"

    @property
    def frames_per_s(self) -> float | None:
        rate = self._video.average_rate or self._video.guessed_rate
        return float(rate) if rate else None

    @property
    def progress(self) -> float | None:
        duration_us = self._container.duration
        return min(self._read_us / duration_us, 1.0) if duration_us else None

    def packets(self) -> Iterator[av.Packet[av.VideoStream]]:
        """The coded video packet by packet, until its end. Raises SourceError."""
        demuxer = self._container.demux(self._video)
        while True:
            try:
                packet = next(demuxer)
            except (StopIteration, av.error.EOFError):
                return
            except (av.error.FFmpegError, OSError, IndexError) as error:  # IndexError: of a stream that began later
                raise errors.of_reading(error, self._url, self._patience.stall_s) from None
            yield packet

    def decode(self, packet: av.Packet[av.VideoStream]) -> Iterator[Frame]:
        """The frames that a packet completes (an empty packet brings the last ones). Raises Unreadable."""
        try:
            decoded = packet.decode()
        except av.error.FFmpegError:
            self._count_bad()
            return
        for frame in decoded:
            if not isinstance(frame, av.VideoFrame) or frame.is_corrupt:
                self._count_bad()
                continue
            self._bad_in_a_row = 0
            media_us = self._media_time_us(frame)
            yield Frame(media_us, self._dating.wall_us(media_us), CodedPixels(frame))

    def frames(self) -> Iterator[Frame]:
        """Every decoded frame in order of display. Raises SourceError."""
        for packet in self.packets():
            yield from self.decode(packet)
        if self._media_us < 0:
            name = errors.shown(self._url)
            raise NotVideo(f"{name} holds no picture that can be decoded", f"{name} 里没有能解码的画面")

    def close(self) -> None:
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _count_bad(self) -> None:
        self._bad_in_a_row += 1
        if self._bad_in_a_row > _BAD_IN_A_ROW:
            name = errors.shown(self._url)
            raise Unreadable(f"what {name} sends cannot be decoded", f"{name} 发来的内容无法解码")

    def _media_time_us(self, frame: av.VideoFrame) -> int:
        """Microseconds after the first frame, always growing; by the frame rate where a frame carries no time."""
        step_us = round(1e6 / (self.frames_per_s or 25.0))
        if frame.pts is None or frame.time_base is None:
            self._media_us += step_us if self._media_us >= 0 else 1
        else:
            if self._first_pts is None:
                self._first_pts = frame.pts
            media_us = round((frame.pts - self._first_pts) * frame.time_base * 1_000_000)
            if media_us <= self._media_us:  # the camera's clock went back: count on from here
                self._first_pts -= round((self._media_us + step_us - media_us) / 1e6 / float(frame.time_base))
                media_us = self._media_us + step_us
            self._media_us = media_us
        self._read_us = self._media_us
        return self._media_us
