"""A stream from the recorder's relay as dated frames: coded pictures come over the socket and are decoded here."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import av
from av.video.frame import VideoFrame

from hub.footage import errors
from hub.footage.coded import CodedPicture, Form, Record, RecordError, RecordReader, Word
from hub.footage.errors import NotVideo, Refused, Unreadable
from hub.footage.relay import request
from hub.footage.sources.address import RelayAddress, relay_address
from hub.footage.sources.decoding import DECODERS, decoder_of
from hub.footage.sources.frame import CodedPixels, Frame
from hub.footage.sources.needed import Needed
from hub.footage.sources.opening import Patience

_MICROSECONDS = Fraction(1, 1_000_000)
_PIECE_BYTES = 256 * 1024
_BAD_IN_A_ROW = 50
"""As with a stream read from the camera itself."""
_LEAST_GAP_US = 40_000
_LONGEST_GAP_US = 60_000_000
"""Where the hub's own clock was set: nobody is followed over so long a gap."""
_MOST_MEDIA_US = 1 << 62
"""146,000 years: what the library can count, and half of what a record can say."""
_MOST_UNDER_WAY = 64
"""Pictures that a decoder holds back to put them in order; H.265 has at most 16."""


class RelayStream:
    """Blocks; one thread. Reconnecting is its owner's."""

    def __init__(self, url: str, patience: Patience, looks_per_s: float | None = None) -> None:
        """Connect, and wait for the stream's form. Raises SourceError, as the recorder says it of the stream."""
        address = relay_address(url)
        if address is None:
            raise Unreadable(f"{url} is no address of a relay", f"{url} 不是录像进程的地址")
        self._address: RelayAddress = address
        self._patience = patience
        self._looks_per_s = looks_per_s
        self._bad_in_a_row = 0
        self._wall_us: dict[int, int] = {}
        self._newest: CodedPicture | None = None
        self._later_us: int | None = None
        """What is added to the recorder's media time; None until the first picture of a new beginning says it."""
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._connect()
            self._records = self._read()
            self._form = self._first_form()
        except BaseException:
            self.close()
            raise
        self._decoder = self._new_decoder()

    @property
    def frames_per_s(self) -> float | None:
        return self._form.frames_per_s

    @property
    def progress(self) -> float | None:
        """A live stream has no end."""
        return None

    def frames(self) -> Iterator[Frame]:
        """Decoded frames in order of display, until the stream's ordinary end. Raises SourceError.

        All of them, or with ``looks_per_s`` those that are due and those that were decoded for them. Media time goes
        on where the recorder connected to the camera again and counts anew.
        """
        for record in self._records:
            if isinstance(record, Form):  # also an equal one: nothing that follows refers to what was before
                yield from self._decoded(None)
                self._form = record
                self._decoder = self._new_decoder()
                self._later_us = None
            elif isinstance(record, CodedPicture):
                for picture in self._to_decode(self._timed(record)):
                    yield from self._decoded(picture)

    def close(self) -> None:
        self._socket.close()

    def _connect(self) -> None:
        self._socket.settimeout(self._patience.open_s)
        try:
            self._socket.connect(self._address.socket_path)
            self._socket.sendall(request(self._address.camera_id, self._address.stream))
        except OSError:
            raise errors.no_recorder() from None
        self._socket.settimeout(self._patience.stall_s)

    def _read(self) -> Iterator[Record]:
        """Records until the ordinary end; a word of any other is raised. Raises SourceError."""
        reader = RecordReader()
        while True:
            try:
                piece = self._socket.recv(_PIECE_BYTES)
                records = list(reader.feed(piece))
            except TimeoutError:
                raise errors.no_picture(self._address.camera_id, self._patience.stall_s) from None
            except OSError:
                raise errors.no_recorder() from None
            except RecordError as error:
                raise Unreadable(f"the recorder's words do not read: {error}", "录像进程发来的内容无法读取") from None
            if not piece:
                raise errors.no_recorder()
            for record in records:
                if isinstance(record, Word):
                    if record.code == errors.END:
                        return
                    raise errors.of_word(record)
                yield record

    def _first_form(self) -> Form:
        for record in self._records:
            if isinstance(record, Form):
                return record
        name = self._address.camera_id
        raise Refused(f"the recorder reads {name} no more", f"录像进程已不再读取 {name}")

    def _new_decoder(self) -> av.VideoCodecContext:
        if self._form.coding not in DECODERS:
            name = self._address.camera_id
            raise NotVideo(f"{name} is coded as nothing known here", f"{name} 的视频编码无法识别")
        decoder = decoder_of(self._form.coding)
        self._needed = Needed(self._looks_per_s, self._form) if self._looks_per_s else None
        self._wall_us.clear()
        return decoder

    def _timed(self, picture: CodedPicture) -> CodedPicture:
        """The picture in the media time of all that came; after a form as much later as wall time says."""
        newest = self._newest
        if newest is None:
            self._later_us = 0
        elif self._later_us is None:
            gap_us = min(max(picture.wall_us - newest.wall_us, _LEAST_GAP_US), _LONGEST_GAP_US)
            self._later_us = newest.media_us + gap_us - picture.media_us
        timed = replace(picture, media_us=picture.media_us + self._later_us)
        if abs(timed.media_us) > _MOST_MEDIA_US:
            raise Unreadable("the recorder's media time is none", "录像进程给出的媒体时间无效")
        if newest is None or timed.media_us > newest.media_us:
            self._newest = timed
        return timed

    def _to_decode(self, picture: CodedPicture) -> list[CodedPicture]:
        return [picture] if self._needed is None else self._needed.take(picture, reordered=self._decoder.has_b_frames)

    def _decoded(self, picture: CodedPicture | None) -> Iterator[Frame]:
        packet = None
        if picture is not None:
            packet = av.Packet(picture.data)
            packet.time_base = _MICROSECONDS
            packet.pts = picture.media_us
            self._wall_us[picture.media_us] = picture.wall_us
            if len(self._wall_us) > _MOST_UNDER_WAY:
                del self._wall_us[next(iter(self._wall_us))]
        frames: list[VideoFrame] = []
        try:
            frames = self._decoder.decode(packet)
        except av.error.FFmpegError:
            self._count_bad()
        for frame in frames:
            wall_us = self._wall_us.pop(frame.pts, None) if frame.pts is not None else None
            if frame.is_corrupt or frame.pts is None or wall_us is None:
                self._count_bad()
                continue
            self._bad_in_a_row = 0
            yield Frame(frame.pts, wall_us, CodedPixels(frame))

    def _count_bad(self) -> None:
        self._bad_in_a_row += 1
        if self._bad_in_a_row > _BAD_IN_A_ROW:
            name = self._address.camera_id
            raise Unreadable(f"what {name} sends cannot be decoded", f"{name} 发来的内容无法解码")
