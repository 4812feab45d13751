"""The describing process: reads questions from standard input, answers on standard output, one after the other.

Run as ``python -m hub.describing.child --descriptor CHOICE…``. What it decodes was handed in by whoever sits at a
console, or was kept: it has bounded memory of its own, a crash of it is no crash of the hub, and it ends with the hub.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sys
from typing import BinaryIO

os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 26))  # read when cv2 is loaded

import cv2
import msgspec

from hub.describing.looker import Looker
from hub.describing.messages import (
    LENGTH,
    Answered,
    Asked,
    DescribeKept,
    KeptDescribed,
    LookAtPhoto,
    PhotoRefused,
    Ready,
)
from hub.describing.photo import PhotoError, read_photo
from hub.vision.description.choice import open_describers
from hub.vision.detection.nanodet import NanoDet

MOST_MEMORY_BYTES = 3 << 30
"""Address space: the networks take 600 MB of it, 40 million pixels with transparency 900 MB."""
_decoder = msgspec.msgpack.Decoder(Asked)
_encoder = msgspec.msgpack.Encoder()


def answer(looker: Looker, asked: Asked) -> Answered:
    """What is answered to one question."""
    if isinstance(asked, DescribeKept):
        return KeptDescribed(descriptors=looker.describe_kept(asked.describers, asked.pictures))
    return _look(looker, asked)


def _look(looker: Looker, asked: LookAtPhoto) -> Answered:
    try:
        return looker.look(read_photo(asked.photo), asked.area)
    except PhotoError as error:
        return PhotoRefused(code=error.code, message=error.message, message_en=error.message_en)
    except MemoryError:
        return PhotoRefused(
            code="photo_too_large", message="照片太大，内存不够", message_en="the photo takes more memory than there is"
        )


def _read(source: BinaryIO) -> Asked | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    content = source.read(length)
    return _decoder.decode(content) if len(content) == length else None


def _write(target: BinaryIO, said: Answered) -> None:
    content = _encoder.encode(said)
    target.write(LENGTH.pack(len(content)) + content)
    target.flush()


def _give_way() -> None:
    """Run while nobody else wants the processor (sched(7))."""
    if sys.platform == "linux":
        with contextlib.suppress(PermissionError):  # in a container that forbids it niceness remains
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def main() -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="hub.describing.child", description=__doc__)
    parser.add_argument("--descriptor", action="append", required=True, help="as vision_descriptor; the current first")
    parser.add_argument("--idle", action="store_true", help="run only while nobody else wants the processor")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.idle:
        _give_way()
    looker = Looker(NanoDet(), open_describers(given.descriptor))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    _write(sys.stdout.buffer, Ready(describers=looker.names))
    while (asked := _read(sys.stdin.buffer)) is not None:
        _write(sys.stdout.buffer, answer(looker, asked))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
