"""Makes one clip, as a process of its own: ``python -m hub.footage.exports.job``.

It reads a ``Job`` as JSON from standard input and writes one JSON line each time something is to be told; the last one
is ``Finished`` or ``NotMade``. The hub alone signs (making.py): no key comes in here.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import msgspec

from hub.footage.exports.clip import Clip, Cut, Made, NoClip
from hub.footage.exports.coding import code_clip
from hub.footage.exports.copying import copy_clip
from hub.footage.exports.statement import SourceSegment
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.decoder_setup import NoSetup
from hub.footage.segments.reading import read_pictures

TELL_EVERY_S = 0.5
_READ_BYTES = 1 << 20


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be made, out of the footage below one folder, into which file."""

    clip: Clip
    footage_dir: str
    file: str


class Word(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Anything the process tells."""


class Progress(Word, frozen=True, kw_only=True):
    """``share`` is done, 0 to 1."""

    share: float


class Finished(Word, frozen=True, kw_only=True):
    """The file is on disk, whole but for its statement."""

    made: Made
    bytes: int
    sha256: str
    segments: tuple[SourceSegment, ...]


class NotMade(Word, frozen=True, kw_only=True):
    """There is no file, and why."""

    code: str
    message: str
    message_en: str


Told = Progress | Finished | NotMade


class Telling:
    """Writes words to standard output; progress not more often than anybody looks."""

    def __init__(self) -> None:
        self._told_s = 0.0

    def progress(self, share: float) -> None:
        """So much is done."""
        now_s = time.monotonic()
        if now_s - self._told_s >= TELL_EVERY_S:
            self._told_s = now_s
            self.say(Progress(share=round(min(max(share, 0.0), 1.0), 3)))

    def say(self, word: Told) -> None:
        """One line."""
        sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
        sys.stdout.buffer.flush()


def make(job: Job, telling: Telling) -> Finished:
    """Make the file. Raises NoClip, OSError, and what the libraries raise on footage that makes no sense."""
    clip, file, folder = job.clip, Path(job.file), Path(job.footage_dir)
    catalogue = Catalogue(folder)
    records = read_pictures(catalogue, clip.camera_id, clip.from_us, clip.until_us)
    made = (copy_clip if clip.cut is Cut.KEY else code_clip)(clip, records, file, telling.progress)
    _sync(file)
    _check(file, made.pictures)
    size = file.stat().st_size
    return Finished(
        made=made,
        bytes=size,
        sha256=_digest(file, size),
        segments=tuple(_segments(catalogue, folder, clip.camera_id, made.first_us, made.last_us + 1)),
    )


def _segments(
    catalogue: Catalogue, folder: Path, camera_id: str, from_us: int, until_us: int
) -> Iterator[SourceSegment]:
    for span in catalogue.spans(camera_id, from_us, until_us):
        try:
            size = span.path.stat().st_size
            digest = _digest(span.path, size)
        except FileNotFoundError:  # closed under another name, or deleted, since it was listed
            continue
        yield SourceSegment(file=str(span.path.relative_to(folder)), bytes=size, sha256=digest)


def _digest(file: Path, size: int) -> str:
    """SHA-256 of the first ``size`` bytes. Raises OSError."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while size > 0 and (piece := opened.read(min(_READ_BYTES, size))):
            digest.update(piece)
            size -= len(piece)
    return digest.hexdigest()


def _check(file: Path, pictures: int) -> None:
    """The file holds what was put in: a disk that is full at its very end must not pass. Raises OSError."""
    with av.open(str(file)) as container:
        if container.streams.video[0].frames < pictures:
            raise OSError(errno.EIO, "the file does not hold what was written")


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main() -> int:
    """Do one job."""
    telling = Telling()
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    cv2.setNumThreads(1)  # what it does to a picture takes less than handing it to others
    av.logging.set_level(None)
    try:
        telling.say(make(job, telling))
    except NoClip as error:
        telling.say(NotMade(code=error.code, message=error.message, message_en=error.message_en))
    except OSError as error:  # of libav too
        text = error.strerror or type(error).__name__
        telling.say(NotMade(code="disk_failed", message=f"磁盘读写失败：{text}", message_en=f"the disk: {text}"))
    except (NoSetup, ValueError, av.error.FFmpegError) as error:
        text = getattr(error, "strerror", None) or str(error)
        telling.say(NotMade(code="unreadable", message=f"录像无法读取：{text}", message_en=f"unreadable: {text}"))
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
