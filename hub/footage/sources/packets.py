"""A stream as coded pictures, ready to be stored and handed on: demuxed once, never decoded (but see ``Recoding``)."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import av
from av.bitstream import BitStreamFilterContext

from devices.protocol.clock import Clock
from hub.footage import errors
from hub.footage.coded import CodedPicture, Coding, Form, StreamName
from hub.footage.errors import Unreadable
from hub.footage.sources.address import Transport, is_rtsp
from hub.footage.sources.annexb import Annexb
from hub.footage.sources.dating import ArrivalDating, RecordedDating
from hub.footage.sources.forming import Doubt, Forming, Sense
from hub.footage.sources.opening import Patience, heard, open_container
from hub.footage.sources.stamps import Timeline

_CODINGS = {"h264": Coding.H264, "hevc": Coding.H265}
_KEY_WITHIN_S = 60.0
"""A stream without a key picture for so long cannot be shown or kept; cameras that save bits let 40 s pass."""
_WAITED_S = 0.005
"""A read that took longer waited for the camera: what lay ready since the opening is read."""
_MOST_READY = 64
_PRODUCED = struct.Struct("=qi")
"""AVProducerReferenceTime of the library: microseconds UTC by the camera's clock, flags."""


@dataclass(slots=True)
class Unit:
    """One picture as a packet brought it; stamps in microseconds by the camera's count."""

    data: bytes
    key: bool
    pts_us: int | None
    dts_us: int | None
    broken: bool
    camera_us: int | None = None


class Recoding(Protocol):
    """Decodes what comes and encodes it anew, as H.264 in Annex B."""

    def take(self, packet: av.Packet[av.VideoStream], broken: bool) -> Iterable[Unit]:
        """The pictures that a packet completes. Raises SourceError."""
        ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """A picture with all that its keepers need; ``form`` is the same object until the form changes."""

    form: Form
    picture: CodedPicture
    decode_us: int
    jumped: bool


class PacketStream:
    """One opened stream. Use it in one thread, within ``av.logging.Capture`` of that thread for the losses."""

    def __init__(
        self,
        url: str,
        camera_id: str,
        stream: StreamName,
        clock: Clock,
        *,
        transport: Transport = Transport.TCP,
        started_at_us: int | None = None,
        patience: Patience | None = None,
        library_says: list[tuple[int, str, str]] | None = None,
    ) -> None:
        """With ``started_at_us`` a recording, dated from there; else dated by arrival. Raises SourceError."""
        self._url = url
        self._named = camera_id, stream
        self._clock = clock
        self._patience = patience or Patience()
        self._said = library_says if library_says is not None else []
        self._is_live = started_at_us is None
        self._dating = ArrivalDating(clock) if started_at_us is None else RecordedDating(started_at_us)
        self._container = open_container(url, self._patience, transport)
        self._video = self._container.streams.video[0]
        self._video.codec_context.thread_count = 1
        self.coding = _CODINGS.get(self._video.codec_context.name, Coding.OTHER)
        self._recoding: Recoding | None = None
        rate = self.frames_per_s
        self._behind_us = round(1e6 / rate) if rate and is_rtsp(url) else 0
        """The library hands a picture over RTP on when the next begins."""
        self._faults_heard = False
        self.packets_lost = 0
        self.bytes_received = 0
        self.clock_offset_s: float | None = None
        self._read_us = 0

    @property
    def video(self) -> av.VideoStream:
        """For who decodes it."""
        return self._video

    @property
    def frames_per_s(self) -> float | None:
        """As the stream says it."""
        rate = self._video.average_rate or self._video.guessed_rate
        return float(rate) if rate and 0 < rate <= 240 else None

    @property
    def progress(self) -> float | None:
        """The share read so far of a recording, 0 to 1."""
        duration_us = self._container.duration
        return min(self._read_us / duration_us, 1.0) if duration_us and not self._is_live else None

    def recode(self, recoding: Recoding) -> None:
        """Have every picture go through ``recoding``: set before the first is read."""
        self._recoding = recoding

    def close(self) -> None:
        self._container.close()

    def pictures(self) -> Iterator[Arrived]:
        """Every picture from the first key picture on, until the stream's end. Raises SourceError."""
        coding = Coding.H264 if self._recoding is not None else self.coding
        if coding is Coding.OTHER:
            name = errors.shown(self._url)
            raise Unreadable(f"{name} is coded as nothing known here", f"{name} 的视频编码无法识别")
        annexb = Annexb(coding)
        forming = Forming(self._named, annexb, self._video.codec_context, self.frames_per_s)
        doubt = Doubt(annexb, forming)
        timeline = Timeline(self._dating, self.frames_per_s, self._behind_us)
        broken = False
        keyed_s = time.monotonic()
        for unit in self._dated_from_its_beginning(self._units()):
            sense = doubt.consider(unit.data, unit.key, self._faults_heard)
            self._faults_heard = False
            broken |= unit.broken or sense is not Sense.WHOLE
            if doubt.is_certain:
                name = errors.shown(self._url)
                raise Unreadable(f"what {name} sends is no video", f"{name} 发来的内容不是视频")
            if sense is Sense.NONE:
                continue
            if unit.key:
                unit.data, unit.key = forming.take_key(unit.data)
            if unit.key:
                keyed_s = time.monotonic()
            elif time.monotonic() - keyed_s > _KEY_WITHIN_S and self._is_live:
                name = errors.shown(self._url)
                raise Unreadable(
                    f"{name} sends no key picture: set its key picture interval to 2 s",
                    f"{name} 一直没有关键帧：请把摄像头的关键帧间隔设为 2 秒",
                )
            placed = timeline.place(unit.pts_us, unit.dts_us)
            if forming.form is None:
                continue
            self._read_us = placed.media_us
            if unit.camera_us is not None:
                self.clock_offset_s = round((unit.camera_us - placed.wall_us) / 1e6, 3)
            picture = CodedPicture(placed.wall_us, placed.media_us, unit.key, broken, unit.data)
            yield Arrived(forming.form, picture, placed.decode_us, placed.jumped)
            broken = False

    def _dated_from_its_beginning(self, units: Iterator[Unit]) -> Iterator[Unit]:
        """What lay ready since the opening came earlier than it is read: the first that is waited for says when."""
        if not isinstance(self._dating, ArrivalDating):
            yield from units
            return
        ready: list[Unit] = []
        sounding = Timeline(self._dating, self.frames_per_s)
        while len(ready) < _MOST_READY:
            began_s = time.monotonic()
            unit = next(units, None)
            if unit is None:
                break
            ready.append(unit)
            sounding.place(unit.pts_us, unit.dts_us)
            if time.monotonic() - began_s > _WAITED_S and len(ready) > 1:
                break
        yield from ready
        yield from units

    def _units(self) -> Iterator[Unit]:
        """The pictures as their packets bring them."""
        filtered = self._to_annexb()
        for packet, broken in self._packets():
            if self._recoding is not None:
                yield from self._recoding.take(packet, broken)
            elif filtered is None:
                yield _unit(packet, broken)
            elif packet.size:
                try:
                    made = filtered.filter(packet)
                except av.error.FFmpegError:
                    filtered.flush()
                    yield Unit(b"", False, None, None, True)
                    continue
                for one in made:
                    one.time_base = self._video.time_base or one.time_base
                    yield _unit(one, broken)

    def _to_annexb(self) -> BitStreamFilterContext | None:
        """For files that keep lengths before units, and parameter sets in their head."""
        head = self._video.codec_context.extradata or b""
        if self.coding is Coding.OTHER or self._recoding is not None or head[:3] in (b"", b"\0\0\1", b"\0\0\0"):
            return None
        kind = "h264" if self.coding is Coding.H264 else "hevc"
        return BitStreamFilterContext(f"{kind}_mp4toannexb", self._video)

    def _packets(self) -> Iterator[tuple[av.Packet[av.VideoStream], bool]]:
        """Packets of the video, and whether something is missing before each; an empty one is the end."""
        demuxer: Iterator[av.Packet[av.VideoStream]] = self._container.demux()  # type: ignore[assignment]  # of sound too: passed over
        heard_s = time.monotonic()
        broken = False
        while True:
            try:
                packet = next(demuxer)
            except (StopIteration, av.error.EOFError):
                return
            except (av.error.FFmpegError, OSError, IndexError) as error:  # IndexError: of a stream that began later
                raise errors.of_reading(error, self._url, self._patience.stall_s) from None
            now_s = time.monotonic()
            if packet.stream_index != self._video.index:  # sound alone goes on when a camera's picture hangs
                if now_s - heard_s > self._patience.stall_s:
                    raise errors.no_picture(errors.shown(self._url), self._patience.stall_s)
                continue
            heard_s = now_s
            if self._said:
                missed, self._faults_heard = heard(self._said)
                self.packets_lost += missed
                broken |= missed > 0
            if packet.size:
                self.bytes_received += packet.size
                yield packet, broken or packet.is_corrupt
                broken = False
            elif self._recoding is not None:
                yield packet, broken


def _unit(packet: av.Packet[av.VideoStream], broken: bool) -> Unit:
    base = packet.time_base
    pts, dts = packet.pts, packet.dts
    scale = base.numerator * 1_000_000, base.denominator
    camera_us = None
    if packet.is_keyframe and packet.has_sidedata("prft"):
        camera_us = _PRODUCED.unpack_from(bytes(packet.get_sidedata("prft")))[0]
    return Unit(
        bytes(packet),
        packet.is_keyframe,
        None if pts is None else pts * scale[0] // scale[1],
        None if dts is None else dts * scale[0] // scale[1],
        broken,
        camera_us,
    )
