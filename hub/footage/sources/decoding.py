"""Decoders for coded pictures, bounded alike wherever pictures are decoded."""

from __future__ import annotations

import av
from av.video.codeccontext import VideoCodecContext

from hub.footage.coded import Coding

MOST_PIXELS = 8192 * 4320
"""Larger pictures are not decoded: no camera has them, and a broken stream may claim anything."""
DECODERS = {Coding.H264: "h264", Coding.H265: "hevc", Coding.MJPEG: "mjpeg"}


def decoder_of(coding: Coding) -> VideoCodecContext:
    """A decoder for one of DECODERS, in one thread, of at most MOST_PIXELS."""
    decoder = av.CodecContext.create(DECODERS[coding], "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.thread_count = 1
    bound(decoder)
    return decoder


def bound(decoder: VideoCodecContext) -> None:
    """Have it decode pictures of at most MOST_PIXELS; before its first."""
    decoder.options = {**decoder.options, "max_pixels": str(MOST_PIXELS)}
