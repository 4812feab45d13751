"""A child process that makes one picture of a stream a JPEG: what cameras send is decoded nowhere in the hub itself.

Run as ``python -m hub.footage.stills.job``; ``service.py`` is the hub's way to it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext

from hub.footage.coded import CodedPicture, Form, Record, RecordError, RecordReader
from hub.footage.sources.decoding import DECODERS, decoder_of

MOST_WIDTH_PX = 1280
MOST_DECODED = 1500
"""Pictures from the key picture to the one that is wanted: a minute of 25 a second."""
_QUANTISER = 4
"""Of 1 (the best) to 31; 1280x720 take some 70 KB."""
_PIECE_BYTES = 256 * 1024
_MICROSECONDS = Fraction(1, 1_000_000)


class CannotDecode(Exception):
    """No picture can be made of these; says why."""


def still_of(records: Iterable[Record], at_us: int | None = None) -> bytes:
    """The last picture that was taken by ``at_us`` (UTC), or the first, at most MOST_WIDTH_PX wide, as JPEG.

    Blocks while it decodes, and ends ``records``, which begin with a form and a key picture. Raises CannotDecode.
    """
    frame: av.VideoFrame | None = None
    decoder: VideoCodecContext | None = None
    try:
        for number, record in enumerate(records):
            if isinstance(record, Form):
                if record.coding not in DECODERS:
                    raise CannotDecode(f"video of the coding {record.coding}")
                decoder = decoder_of(record.coding)
            elif isinstance(record, CodedPicture) and decoder is not None:
                if number > MOST_DECODED or (at_us is not None and frame is not None and record.wall_us > at_us):
                    break
                frame = _decoded(decoder, record) or frame
                if at_us is None and frame is not None:
                    break
        if decoder is not None:
            frame = next(reversed(decoder.decode(None)), None) or frame
    except av.error.FFmpegError as error:
        raise CannotDecode(str(error)) from None
    finally:
        if close := getattr(records, "close", None):
            close()
    if frame is None:
        raise CannotDecode("no picture in it can be decoded")
    return _jpeg(frame)


def _decoded(decoder: VideoCodecContext, picture: CodedPicture) -> av.VideoFrame | None:
    packet = av.Packet(picture.data)
    packet.pts, packet.time_base = picture.media_us, _MICROSECONDS
    try:
        return next(reversed(decoder.decode(packet)), None)
    except av.error.InvalidDataError:  # the next may be whole
        return None


def _jpeg(frame: av.VideoFrame) -> bytes:
    width = min(frame.width, MOST_WIDTH_PX)
    height = max(1, round(frame.height * width / frame.width))
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = _MICROSECONDS
    encoder.qmin = encoder.qmax = _QUANTISER
    encoder.thread_count = 1
    try:
        packets = encoder.encode(frame.reformat(width, height, "yuvj420p"))
    except av.error.FFmpegError as error:
        raise CannotDecode(f"the picture cannot be made a JPEG: {error}") from None
    return b"".join(map(bytes, packets))


def main() -> None:
    """Records from standard input, a JPEG to standard output; the argument is ``at_us``, 0 for the first picture."""
    av.logging.set_level(av.logging.PANIC)
    at_us = int(sys.argv[1])
    try:
        sys.stdout.buffer.write(still_of(_read(), at_us or None))
    except (CannotDecode, RecordError) as error:
        sys.exit(str(error))


def _read() -> Iterator[Record]:
    reader = RecordReader()
    while piece := os.read(sys.stdin.fileno(), _PIECE_BYTES):
        yield from reader.feed(piece)


if __name__ == "__main__":
    main()
