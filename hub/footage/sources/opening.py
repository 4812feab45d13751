"""Opens coded video at an address with the media library: bounded in time, its failures in plain words."""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass

import av
from av.container import InputContainer

from hub.footage import errors
from hub.footage.errors import NotVideo
from hub.footage.sources.address import Transport, is_rtsp, is_webcam
from hub.footage.sources.decoding import bound

_ANALYSE_US = "500000"
"""How much of a camera's stream is read to learn its form; ten times as much, the usual, is a wait for nothing."""
_TCP_QUEUE = "2"
"""Over TCP nothing overtakes, so a packet that is not there when the next two are was dropped by the camera."""
_UDP_BUFFER_BYTES = str(1 << 20)
"""Half a second of 16 Mbit/s; the kernel gives what net.core.rmem_max lets it."""
_MISSED = re.compile(r"missed (\d+) packets")


@dataclass(frozen=True)
class Patience:
    """How long to wait for an answer, and for the next picture."""

    open_s: float = 10.0
    stall_s: float = 8.0


def open_container(url: str, patience: Patience, transport: Transport = Transport.TCP) -> InputContainer:
    """Opened, with a stream of video in it, whose decoder is bounded. Raises SourceError."""
    options: dict[str, str] = {}
    place, form = url, None
    if is_rtsp(url):
        options = {
            "rtsp_transport": transport.value,
            "allowed_media_types": "video",
            "analyzeduration": _ANALYSE_US,
            "buffer_size": _UDP_BUFFER_BYTES,
        }
        if transport is Transport.TCP:
            options["reorder_queue_size"] = _TCP_QUEUE
    elif is_webcam(url):
        place, form = url.partition(":")[2], "v4l2"
    began_s = time.monotonic()
    try:
        container = av.open(place, "r", form, options, timeout=(patience.open_s, patience.stall_s))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if time.monotonic() - began_s >= patience.open_s:  # some demuxers call a time-out bad data
            raise errors.no_answer(url, patience.open_s) from None
        raise errors.of_opening(error, url, patience.open_s) from None
    if not container.streams.video:
        container.close()
        raise NotVideo(f"{errors.shown(url)} holds no video", f"{errors.shown(url)} 里没有视频")
    if getattr(container.streams.video[0], "codec_context", None) is None:  # a name that the library has no decoder for
        container.close()
        name = errors.shown(url)
        raise NotVideo(f"{name} is coded as nothing known here", f"{name} 的视频编码无法识别")
    bound(container.streams.video[0].codec_context)
    return container


def hear_losses() -> None:
    """Have the library say how many packets of RTP are missing, in this whole process.

    Its words come in the thread that reads, to who captures them there (``av.logging.Capture``); elsewhere they would
    go to a logger, which is silenced: they may quote addresses. The library calls into Python with none of its locks
    held by the decoders and demuxers used here, so that this cannot lock up (checked with the threads of 40 cameras).
    """
    av.logging.set_skip_repeated(False)
    silent = logging.getLogger("libav")
    silent.addHandler(logging.NullHandler())
    silent.propagate = False
    av.logging.set_level(av.logging.WARNING)


def heard(said: list[tuple[int, str, str]]) -> tuple[int, bool]:
    """Packets that the library's words tell to be missing, and whether it finds other fault; the words are taken."""
    missed, faults = 0, False
    for _, _, words in said:
        found = _MISSED.search(words)
        missed += int(found.group(1)) if found else 0
        faults |= not found and not words.startswith("max delay")
    said.clear()
    return missed, faults
