"""One stream's segments: where one ends and the next begins, and what is done when the disk takes no more."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from devices.protocol.clock import Clock
from hub.footage.coded import CodedPicture, Form
from hub.footage.disk import DiskMissing
from hub.footage.recorder.control import Disk
from hub.footage.sources.packets import Arrived

RETRY_US = 1_000_000
"""A disk that took nothing is tried again with a new segment."""
_MOST_STEP_US = 10_000_000
_STEP_US = 40_000
_SAY_EVERY_US = 10_000_000
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_log = structlog.get_logger()


class Segment(Protocol):
    """What ``segments.writer.SegmentWriter`` does."""

    @property
    def bytes_written(self) -> int: ...

    def is_over_at(self, picture: CodedPicture) -> bool: ...

    def add(self, picture: CodedPicture, decode_us: int) -> None: ...

    def tick(self, now_us: int) -> None: ...

    def close(self) -> Path | None: ...

    def give_up(self) -> None: ...


@dataclass
class Written:
    """What came of it, read by who tells how the stream stands; ``turned`` is called when ``disk`` is another."""

    turned: Callable[[], None]
    bytes: int = 0
    pictures: int = 0
    missing: int = 0
    disk: Disk = Disk.OK

    def turn(self, disk: Disk) -> bool:
        """Writing stands so now; whether that is new."""
        is_new, self.disk = disk is not self.disk, disk
        if is_new:
            self.turned()
        return is_new


class Recording:
    """Called by one writer at a time. Whatever goes wrong is this stream's: nothing is raised, the writer goes on."""

    def __init__(self, begin: Callable[[Form, int], Segment], clock: Clock, written: Written) -> None:
        """``begin`` makes a segment of a form that starts at a wall time. Raises OSError."""
        self._begin = begin
        self._clock = clock
        self._written = written
        self._segment: Segment | None = None
        self._form: Form | None = None
        self._closed_bytes = 0
        self._unwritten = 0
        self._retry_us = 0
        self._say_again_us = 0
        self._jumped = False
        self._decode_us = 0
        self._shift_us = 0

    def take(self, one: Arrived) -> None:
        """Keep a picture, in a new segment where it belongs there."""
        picture = one.picture
        self._jumped |= one.jumped
        try:
            if self._segment is not None and picture.key and self._is_over(one):
                self._close()
            if self._segment is None and not self._open(one):
                self._written.missing += 1
                return
            self._add(one)
        except ValueError as error:  # a picture that no file can hold
            self._written.missing += 1
            self._say(one.form, error)
        except Exception as error:
            self._lose(error, 1)

    def tick(self) -> None:
        """Have what waits too long written; a few times a second."""
        if self._segment is not None:
            try:
                self._segment.tick(self._clock.wall_us())
                self._note()
            except Exception as error:
                self._lose(error)

    def end(self) -> None:
        """The stream broke off: what comes next begins a segment."""
        if self._segment is not None:
            try:
                self._close()
            except Exception as error:
                self._lose(error)

    def _is_over(self, one: Arrived) -> bool:
        assert self._segment is not None
        return self._jumped or one.form is not self._form or self._segment.is_over_at(one.picture)

    def _open(self, one: Arrived) -> bool:
        if not one.picture.key or self._clock.monotonic_us() < self._retry_us:
            return False
        self._segment = self._begin(one.form, one.picture.wall_us)
        self._form, self._jumped = one.form, False
        self._shift_us, self._decode_us = 0, one.decode_us - 1
        return True

    def _add(self, one: Arrived) -> None:
        """Times go on within a segment: where the clock was set, as if it were not, up to the next key picture."""
        assert self._segment is not None
        picture, decode_us = one.picture, one.decode_us + self._shift_us
        if one.jumped and not 0 < decode_us - self._decode_us < _MOST_STEP_US:
            self._shift_us += self._decode_us + _STEP_US - decode_us
            decode_us = self._decode_us + _STEP_US
        self._decode_us = decode_us
        if self._shift_us:
            picture = CodedPicture(
                picture.wall_us + self._shift_us, picture.media_us, picture.key, picture.broken, picture.data
            )
        self._segment.add(picture, decode_us)
        self._unwritten += 1
        self._note()

    def _note(self) -> None:
        assert self._segment is not None
        total = self._closed_bytes + self._segment.bytes_written
        if total > self._written.bytes:  # a fragment is on disk
            self._written.bytes = total
            self._written.pictures += self._unwritten
            self._unwritten = 0
            self._written.turn(Disk.OK)

    def _close(self) -> None:
        segment = self._segment
        assert segment is not None
        segment.close()
        self._note()
        self._closed_bytes += segment.bytes_written
        self._segment = None

    def _say(self, form: Form, error: ValueError) -> None:
        now_us = self._clock.monotonic_us()
        if now_us >= self._say_again_us:
            self._say_again_us = now_us + _SAY_EVERY_US
            _log.warning("recording.left_out", camera=form.camera_id, stream=form.stream.value, why=str(error))

    def _lose(self, error: Exception, more: int = 0) -> None:
        """The disk took a fragment no more: it is counted, what was on disk stays."""
        self._written.missing += self._unwritten + more
        self._unwritten = 0
        number = error.errno if isinstance(error, OSError) else None
        disk = Disk.FULL if number in _FULL else Disk.FAILING
        if isinstance(error, DiskMissing):
            disk = Disk.MISSING
        if number is None:
            _log.error("recording.failed", camera=self._form.camera_id if self._form else None, exc_info=error)
        if self._written.turn(disk):
            _log.error("recording.disk", disk=disk.value, why=getattr(error, "strerror", None) or type(error).__name__)
        self._retry_us = self._clock.monotonic_us() + RETRY_US
        if self._segment is not None:
            self._closed_bytes += self._segment.bytes_written
            segment, self._segment = self._segment, None
            try:
                segment.give_up()
            except Exception:  # it is mended at the next start
                _log.exception("recording.not_given_up")
