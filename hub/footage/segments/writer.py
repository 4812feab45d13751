"""Writes one segment: pictures as they come, a fragment a second, each on disk before the next begins."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from hub.footage.coded import CodedPicture, Coding, Form
from hub.footage.segments.decoder_setup import NoSetup, split_parameter_sets
from hub.footage.segments.files import name_closed, open_new, remove, write_all
from hub.footage.segments.fragment import Sample, make_fragment
from hub.footage.segments.head import make_head
from hub.footage.segments.index import ENTRY, Entry
from hub.footage.segments.nal import NotUnits, units_of, with_lengths
from hub.footage.segments.names import HOUR_US

FRAGMENT_US = 1_000_000
"""A fragment lasts no longer, so that a power cut costs no more than it and what is being written."""
KEY_FRAGMENT_US = 500_000
"""A key picture begins a fragment, to be found by, where the last that did so is this long past."""
SLOW_US = 1_500_000
"""What waits goes out this long after its first picture, even if no other comes."""
FRAGMENT_BYTES = 8 * 1024 * 1024
"""A fragment that would become larger ends before its second."""
_STEP_US = 40_000
"""The last picture's duration where nothing tells it: as at 25 pictures a second."""
_MOST_STEP_US = 10_000_000
"""Between decoding and display, and of a picture's duration; what says more makes no sense."""
_MOST_LEAP_US = 60_000_000


class OutOfPlace(ValueError):
    """A picture whose time lies too far from those around it: it belongs into another segment."""


@dataclass(slots=True)
class _Waiting:
    decode_us: int
    shift_us: int
    picture: CodedPicture
    data: bytes


class SegmentWriter:
    """One segment; its file is made when the first picture comes, which must be a key picture.

    Not for several threads at once. After an OSError nothing but ``give_up`` may be called.
    """

    def __init__(self, footage_dir: Path, form: Form, started_at_us: int) -> None:
        """``started_at_us``: wall time of the first picture; the file's own begins with the first it can hold."""
        self._footage_dir = footage_dir
        self._form = form
        self._zero_us = started_at_us - started_at_us % 1000
        self._path: Path | None = None
        self._start_us = self._zero_us
        self._segment = self._index = -1
        self._parameter_sets: list[bytes] = []
        self._sets_changed = False
        self._delay_us = 0
        self._size = self._index_size = 0
        self._fragments = 0
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._last_decode_us = -1
        self._step_us = round(1e6 / form.frames_per_s) if form.frames_per_s else _STEP_US
        self._key_fragment_us = 0
        self._end_us = self._waits_until_us = started_at_us

    @property
    def bytes_written(self) -> int:
        """Of the segment and its index, as far as it is on disk."""
        return self._size + self._index_size

    @property
    def end_us(self) -> int:
        """Until when it reaches, with what waits."""
        return max(self._end_us, self._waits_until_us)

    @property
    def path(self) -> Path | None:
        """The segment's file; None before the first picture."""
        return self._path

    def is_over_at(self, picture: CodedPicture) -> bool:
        """Whether this picture belongs into the next segment: the first key picture of another hour of UTC."""
        return picture.key and self._path is not None and picture.wall_us // HOUR_US != self._zero_us // HOUR_US

    def add(self, picture: CodedPicture, decode_us: int) -> None:
        """Take a picture, in decoding order. ``decode_us``: when it is to be decoded, on the axis of ``wall_us``.

        Raises OSError, and for what no file can hold NoSetup, NotUnits or OutOfPlace, which are ValueErrors (that
        picture alone is left out).
        """
        decode_us = min(max(decode_us, picture.wall_us - _MOST_STEP_US), picture.wall_us)
        data = self._sample_of(picture, decode_us)
        at_us = max(decode_us - self._zero_us + self._delay_us, self._last_decode_us + 1)
        shift_us = picture.wall_us - self._zero_us + self._delay_us - at_us
        if shift_us < -_MOST_LEAP_US or (self._last_decode_us >= 0 and at_us - self._last_decode_us > _MOST_LEAP_US):
            raise OutOfPlace("a picture whose time is more than a minute from that of the picture before")
        if self._waiting and self._ends_before(picture, at_us, len(data)):
            self._write_fragment(at_us)
        if self._last_decode_us >= 0:
            self._step_us = min(at_us - self._last_decode_us, _MOST_STEP_US)
        self._last_decode_us = at_us
        shift_us = picture.wall_us - self._zero_us + self._delay_us - at_us
        if not self._waiting and picture.key:
            self._key_fragment_us = at_us
        self._waiting.append(_Waiting(at_us, shift_us, picture, data))
        self._waiting_bytes += len(data)
        self._waits_until_us = max(self._waits_until_us, picture.wall_us + self._step_us)

    def tick(self, now_us: int) -> None:
        """Write what waits too long; to be called at least twice a second. Raises OSError."""
        if self._waiting and now_us - self._waiting[0].picture.wall_us >= SLOW_US:
            self._write_fragment(None)

    def close(self) -> Path | None:
        """Write what waits and name the segment closed; returns its path, None where it is empty. Raises OSError."""
        if self._waiting:
            self._write_fragment(None)
        if self._path is None:
            return None
        os.fdatasync(self._index)
        self._let_go()
        return name_closed(self._path, self._start_us, self._end_us)

    def give_up(self) -> None:
        """After an OSError: keep what is on disk whole, as far as the disk lets it; ``mend`` does the rest."""
        self._waiting.clear()
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            os.ftruncate(self._segment, self._size)
        self._let_go()
        with contextlib.suppress(OSError):
            if self._fragments:
                name_closed(self._path, self._start_us, self._end_us)
            else:
                remove(self._path)

    def _let_go(self) -> None:
        for descriptor in (self._segment, self._index):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._segment = self._index = -1

    def _sample_of(self, picture: CodedPicture, decode_us: int) -> bytes:
        """The picture as a file keeps it: parameter sets that stand in the head are not said again."""
        if self._form.coding is Coding.MJPEG:
            sets: list[bytes] = []
            data = picture.data
        elif self._form.coding is Coding.OTHER:
            raise NoSetup(f"pictures coded as {self._form.codec or 'nothing known'} cannot be recorded")
        else:
            units = units_of(picture.data)
            sets, rest = split_parameter_sets(units, self._form.coding)
            kept = rest if sets and not self._has_new(sets) else units
            data = with_lengths(kept)
        if not data:
            raise NotUnits("a picture without content")
        if self._path is None:
            if not picture.key:
                raise NoSetup("a segment begins with a key picture")
            self._begin(sets, picture.wall_us, picture.wall_us - decode_us)
        return data

    def _has_new(self, sets: list[bytes]) -> bool:
        """Whether a decoder must be told these; once it was told others than the head's, always."""
        if self._path is not None and not self._sets_changed:
            self._sets_changed = any(one not in self._parameter_sets for one in sets)
        return self._sets_changed

    def _begin(self, sets: list[bytes], wall_us: int, delay_us: int) -> None:
        self._zero_us = wall_us - wall_us % 1000
        head = make_head(self._form, self._zero_us, delay_us, sets)
        opened = open_new(self._footage_dir, self._form.camera_id, self._zero_us)
        self._segment, self._index, self._path, self._start_us = opened
        self._parameter_sets, self._delay_us = sets, delay_us
        write_all(self._segment, head)
        self._size = len(head)

    def _ends_before(self, picture: CodedPicture, at_us: int, size: int) -> bool:
        return (
            at_us - self._waiting[0].decode_us >= FRAGMENT_US
            or (picture.key and at_us - self._key_fragment_us >= KEY_FRAGMENT_US)
            or self._waiting_bytes + size > FRAGMENT_BYTES
        )

    def _write_fragment(self, next_us: int | None) -> None:
        """Have what waits on disk, then its entry in the index."""
        first, last = self._waiting[0], self._waiting[-1]
        times_us = [one.decode_us for one in self._waiting]
        times_us.append(
            last.decode_us + self._step_us if next_us is None else min(next_us, last.decode_us + _MOST_STEP_US)
        )
        samples = [
            Sample(len(one.data), after_us - one.decode_us, one.shift_us, one.picture.key, one.picture.broken)
            for one, after_us in zip(self._waiting, times_us[1:], strict=True)
        ]
        head = make_fragment(self._fragments + 1, first.decode_us, samples)
        write_all(self._segment, b"".join((head, *[one.data for one in self._waiting])))
        os.fdatasync(self._segment)
        size = len(head) + self._waiting_bytes
        duration_ms = -(-(times_us[-1] - first.decode_us) // 1000)
        entry = Entry(first.picture.wall_us, self._size, size, duration_ms, first.picture.key)
        self._size += size
        self._fragments += 1
        zero_us = self._zero_us - self._delay_us
        self._end_us = max(
            self._end_us,
            *(
                zero_us + one.decode_us + one.shift_us + sample.duration_us
                for one, sample in zip(self._waiting, samples, strict=True)
            ),
        )
        self._waiting.clear()
        self._waiting_bytes = 0
        write_all(self._index, entry.encode())
        self._index_size += ENTRY.size
