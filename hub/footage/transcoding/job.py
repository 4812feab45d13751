"""A child process that turns any coding into H.264 for a browser that has no other: records in, records out.

Run as ``python -m hub.footage.transcoding.job``: standard input to standard output. It ends with its input. One thread,
at most 1280x720 and 25 pictures a second; a picture that cannot be decoded costs those up to the next key picture.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from hub.footage.coded import CodedPicture, Coding, Form, Record, RecordReader, Word, encode
from hub.footage.sources.annexb import Annexb
from hub.footage.sources.decoding import DECODERS, decoder_of

MOST_WIDTH_PX = 1280
MOST_HEIGHT_PX = 720
MOST_PER_S = 25
KEY_EVERY_US = 2_000_000
"""A console that lost pictures goes on at the next key picture."""
_PIECE_BYTES = 256 * 1024
_JUMP_US = 400_000
_H264 = Annexb(Coding.H264)
_MICROSECONDS = Fraction(1, 1_000_000)
_ENCODING = {"preset": "ultrafast", "tune": "zerolatency", "crf": "26", "maxrate": "2500k", "bufsize": "2500k"}
_MOST_UNDER_WAY = 64
"""Pictures that the decoder holds back to put them in order; H.265 has at most 16."""
CANNOT = Word(
    code="cannot_transcode", message="这种视频编码无法转码", message_en="video of this coding cannot be converted"
)


class Transcoder:
    """One stream: ``take`` what comes, ``end`` it. Pictures come out in H.264, dated as they were."""

    def __init__(self) -> None:
        self._form: Form | None = None
        self._decoder: VideoCodecContext | None = None
        self._encoder: VideoCodecContext | None = None
        self._told: Form | None = None
        self._waits_for_key = True
        self._broken = False
        self._under_way: dict[int, int] = {}  # wall times of the pictures in the decoder, by media time
        self._wall_after_us = 0
        self._due_us: int | None = None
        self._key_at_us: int | None = None
        self._encoded_us = -1

    def take(self, record: Record) -> Iterator[Record]:
        """What one record makes of it: nothing, or a form, pictures, a word."""
        if isinstance(record, Word):
            yield record
        elif isinstance(record, Form):
            yield from self._change(record)
        elif self._decoder is not None:
            yield from self._decode(self._decoder, record)

    def end(self) -> Iterator[Record]:
        """What the decoder and the encoder still hold."""
        if self._decoder is not None and not self._waits_for_key:
            yield from self._of_packets(self._decoder, None)
        if self._encoder is not None:
            yield from self._coded(None)

    def _change(self, form: Form) -> Iterator[Record]:
        """Also for an equal form: nothing that follows refers to what was before, and media time may count anew."""
        yield from self.end()
        self._form, self._decoder, self._encoder, self._told = form, None, None, None
        self._waits_for_key, self._due_us, self._key_at_us, self._encoded_us = True, None, None, -1
        self._under_way.clear()
        if form.coding not in DECODERS:
            yield CANNOT
            return
        self._decoder = decoder_of(form.coding)
        self._decoder.flags |= Flags.low_delay

    def _decode(self, decoder: VideoCodecContext, picture: CodedPicture) -> Iterator[Record]:
        self._broken |= picture.broken
        if self._waits_for_key and not picture.key:
            return
        self._waits_for_key = False
        packet = av.Packet(picture.data)
        packet.pts, packet.time_base = picture.media_us, _MICROSECONDS
        self._under_way[picture.media_us] = picture.wall_us
        if len(self._under_way) > _MOST_UNDER_WAY:
            del self._under_way[next(iter(self._under_way))]
        yield from self._of_packets(decoder, packet)

    def _of_packets(self, decoder: VideoCodecContext, packet: av.Packet[Any] | None) -> Iterator[Record]:
        try:
            frames = decoder.decode(packet)
        except av.error.FFmpegError:
            self._waits_for_key = self._broken = True
            return
        for frame in frames:
            media_us = frame.pts if frame.pts is not None else self._encoded_us + 1
            self._come_out(media_us)
            if self._is_due(media_us):
                yield from self._coded(frame, media_us)

    def _come_out(self, media_us: int) -> None:
        """A picture was decoded; those before it that were not never will be."""
        self._wall_after_us = self._under_way.get(media_us, media_us + self._wall_after_us) - media_us
        before = [at_us for at_us in self._under_way if at_us < media_us]
        self._broken |= bool(before)
        for at_us in (*before, media_us):
            self._under_way.pop(at_us, None)

    def _is_due(self, media_us: int) -> bool:
        step_us = 1_000_000 // MOST_PER_S
        if self._due_us is None or abs(media_us - self._due_us) > _JUMP_US:
            self._due_us = media_us
        if media_us < self._due_us - step_us // 4:  # a quarter: the times of pictures tremble
            return False
        self._due_us = max(self._due_us + step_us, media_us)
        return True

    def _coded(self, frame: av.VideoFrame | None, media_us: int = 0) -> Iterator[Record]:
        if frame is not None:
            width_px, height_px = fitting(frame.width, frame.height)
            if self._encoder is None or (self._encoder.width, self._encoder.height) != (width_px, height_px):
                self._encoder, self._told, self._key_at_us = _encoder(width_px, height_px), None, None
            frame = frame.reformat(width_px, height_px, "yuv420p")
            key = self._key_at_us is None or not 0 <= media_us - self._key_at_us < KEY_EVERY_US
            if key:
                self._key_at_us = media_us
            frame.pict_type = PictureType.I if key else PictureType.NONE
            self._encoded_us = max(self._encoded_us + 1, media_us)  # the encoder takes times that grow alone
            frame.pts, frame.time_base = self._encoded_us, _MICROSECONDS
        assert self._encoder is not None
        for packet in self._encoder.encode(frame):
            yield from self._told_of(packet)

    def _told_of(self, packet: av.Packet[Any]) -> Iterator[Record]:
        data, media_us = bytes(packet), packet.pts or 0
        assert self._encoder is not None and self._form is not None
        form = Form(
            camera_id=self._form.camera_id,
            stream=self._form.stream,
            coding=Coding.H264,
            codec=_H264.codec(_H264.sequence_set(data))
            if packet.is_keyframe
            else self._told.codec
            if self._told
            else "",
            width_px=self._encoder.width,
            height_px=self._encoder.height,
            frames_per_s=min(self._form.frames_per_s or MOST_PER_S, MOST_PER_S),
        )
        if form != self._told:
            self._told = form
            yield form
        yield CodedPicture(media_us + self._wall_after_us, media_us, packet.is_keyframe, self._broken, data)
        self._broken = False


def fitting(width_px: int, height_px: int) -> tuple[int, int]:
    """The size within 1280x720, of the same shape and even as H.264 wants it; never larger than it was."""
    share = min(1.0, MOST_WIDTH_PX / width_px, MOST_HEIGHT_PX / height_px)
    return max(2, int(width_px * share) // 2 * 2), max(2, int(height_px * share) // 2 * 2)


def _encoder(width_px: int, height_px: int) -> VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width_px, height_px, "yuv420p"
    encoder.time_base, encoder.framerate = _MICROSECONDS, Fraction(MOST_PER_S)
    encoder.thread_count = 1
    encoder.gop_size = 10 * MOST_PER_S
    encoder.options = {**_ENCODING, "forced-idr": "1"}
    return encoder


def main() -> None:
    """Records from standard input to standard output, until the input ends."""
    av.logging.set_level(av.logging.PANIC)
    reader, transcoder, out = RecordReader(), Transcoder(), sys.stdout.buffer
    while piece := os.read(sys.stdin.fileno(), _PIECE_BYTES):
        for record in reader.feed(piece):
            out.writelines(encode(one) for one in transcoder.take(record))
            out.flush()
    out.writelines(encode(one) for one in transcoder.end())
    out.flush()


if __name__ == "__main__":
    main()
