"""One fragment: a movie fragment box with its media data, made from pictures and taken apart again.

ISO/IEC 14496-12, 8.8. That something is missing before a picture is kept as the sample's degradation priority.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from hub.footage.segments.boxes import HEAD_BYTES, box, find, full_box, head
from hub.footage.segments.head import TRACK

KEY, OTHER, BROKEN = 0x02000000, 0x01010000, 0x1
_IS_NO_SYNC = 0x00010000
_TFHD_FLAGS = 0x020000 | 0x20
"""Offsets count from this moof; default flags are given."""
_DURATIONS, _SIZES, _FLAGS, _SHIFTS, _FIRST_FLAGS, _OFFSET = 0x100, 0x200, 0x400, 0x800, 0x4, 0x1
_MOST_DECODE_US = 366 * 86_400_000_000
_PLAIN_BYTES = 16 + 8 + 20 + 20 + 20
"""mfhd, traf's head, tfhd, tfdt and trun up to its table, without the moof's head."""


class NotAFragment(ValueError):
    """What stands there is no whole fragment."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture in a fragment, times in microseconds after the head's ``zero_us``, decoding times ``delay_us`` late.

    ``shift_us``: from its decoding time in the file to its time of display in the file.
    """

    size: int
    duration_us: int
    shift_us: int
    key: bool
    broken: bool


@dataclass(frozen=True)
class Fragment:
    """``data_at``: where the first sample begins, from the fragment's beginning; ``size``: of moof and mdat."""

    number: int
    decode_us: int
    samples: list[Sample]
    data_at: int
    size: int


def make_fragment(number: int, decode_us: int, samples: Sequence[Sample]) -> bytes:
    """A fragment's bytes up to its first sample; the samples' bytes follow."""
    first = samples[0]
    plain = not any(sample.key for sample in samples[1:]) and not any(sample.broken for sample in samples)
    shifted = any(sample.shift_us for sample in samples)
    kinds = _OFFSET | _DURATIONS | _SIZES | (_FIRST_FLAGS if plain else _FLAGS) | _SHIFTS * shifted
    table = b"\0\0\0\0" if plain else b""
    if plain:
        table = struct.pack(">I", KEY if first.key else OTHER)
    if plain and not shifted:
        table += b"".join([struct.pack(">II", one.duration_us, one.size) for one in samples])
    else:
        table += b"".join([_row(one, plain, shifted) for one in samples])
    moof_size = HEAD_BYTES + _PLAIN_BYTES + len(table)
    trun = full_box(b"trun", 1, kinds, struct.pack(">Ii", len(samples), moof_size + HEAD_BYTES), table)
    tfhd = full_box(b"tfhd", 0, _TFHD_FLAGS, struct.pack(">II", TRACK, OTHER))
    tfdt = full_box(b"tfdt", 1, 0, struct.pack(">Q", decode_us))
    moof = box(b"moof", full_box(b"mfhd", 0, 0, struct.pack(">I", number)), box(b"traf", tfhd, tfdt, trun))
    return moof + struct.pack(">I4s", HEAD_BYTES + sum(sample.size for sample in samples), b"mdat")


def _row(sample: Sample, plain: bool, shifted: bool) -> bytes:
    row = struct.pack(">II", sample.duration_us, sample.size)
    if not plain:
        row += struct.pack(">I", (KEY if sample.key else OTHER) | BROKEN * sample.broken)
    return row + struct.pack(">i", sample.shift_us) if shifted else row


def read_fragment(data: bytes, at: int = 0) -> Fragment:
    """The fragment that begins at ``at``; its media data need not be in ``data``. Raises NotAFragment."""
    found = head(data, at)
    if found is None or found[1] != b"moof" or at + found[0] + HEAD_BYTES > len(data):
        raise NotAFragment("no whole movie fragment begins here")
    end = at + found[0]
    media = head(data, end)
    if media is None or media[1] != b"mdat":
        raise NotAFragment("a movie fragment without its media data")
    boxes = [
        find(data, path, at + HEAD_BYTES, end)
        for path in ((b"mfhd",), (b"traf", b"tfhd"), (b"traf", b"tfdt"), (b"traf", b"trun"))
    ]
    try:
        number, decode_us, samples = _read_boxes(data, boxes)
    except (struct.error, TypeError) as error:
        raise NotAFragment(f"a movie fragment that does not read: {error}") from None
    if not samples or sum(sample.size for sample in samples) != media[0] - HEAD_BYTES:
        raise NotAFragment("the pictures' sizes are not that of the media data")
    return Fragment(number, decode_us, samples, found[0] + HEAD_BYTES, found[0] + media[0])


def _read_boxes(data: bytes, boxes: list[tuple[int, int] | None]) -> tuple[int, int, list[Sample]]:
    if None in boxes:
        raise NotAFragment("a movie fragment with a box missing")
    mfhd, tfhd, tfdt, trun = (found for found in boxes if found is not None)
    (number,) = struct.unpack_from(">4xI", data, mfhd[0])
    tfhd_flags, default = struct.unpack_from(">I4xI", data, tfhd[0])
    (decode_us,) = struct.unpack_from(">4xQ", data, tfdt[0])
    if decode_us > _MOST_DECODE_US:
        raise NotAFragment("a fragment of a time that no segment lasts")
    kinds, count = struct.unpack_from(">II", data, trun[0])
    if tfhd_flags & 0xFFFFFF != _TFHD_FLAGS or kinds & 0x301 != 0x301:
        raise NotAFragment("a movie fragment of another program")
    at = trun[0] + 12
    first_flags = default
    if kinds & _FIRST_FLAGS:
        (first_flags,) = struct.unpack_from(">I", data, at)
        at += 4
    row = struct.Struct(">II" + "I" * bool(kinds & _FLAGS) + "i" * bool(kinds & _SHIFTS))
    if at + row.size * count != trun[1]:
        raise NotAFragment("a movie fragment whose table is not as long as it says")
    samples = []
    for number_in, fields in enumerate(row.iter_unpack(data[at : trun[1]])):
        flags = fields[2] if kinds & _FLAGS else default if number_in else first_flags
        shift_us = fields[-1] if kinds & _SHIFTS else 0
        samples.append(Sample(fields[1], fields[0], shift_us, not flags & _IS_NO_SYNC, bool(flags & BROKEN)))
    return number, decode_us, samples
